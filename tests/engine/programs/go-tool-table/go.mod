module example.org/mediad

go 1.22
