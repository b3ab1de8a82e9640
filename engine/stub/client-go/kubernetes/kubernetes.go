// Package kubernetes is empty: Helm's version package imports it so that client-go's version is in the build information.
package kubernetes
