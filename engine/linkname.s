// Go takes a declaration without a body (see render.go) in a package that has a file of assembly.
