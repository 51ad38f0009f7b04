module go-pages

go 1.22
