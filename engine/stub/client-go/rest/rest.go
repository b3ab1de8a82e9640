// Package rest stands in for the connection settings that Helm's engine names in its signatures.
package rest

// Config has nothing to connect to.
type Config struct{}
