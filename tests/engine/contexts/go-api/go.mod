module go-api

go 1.21
