module db

go 1.22
