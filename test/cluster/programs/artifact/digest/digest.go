// Package digest holds the digest algorithm that the whole of source-controller uses.
package digest

import (
	"fmt"

	"github.com/opencontainers/go-digest"
)

// Canonical is set once, by source-controller's main.
var Canonical = digest.SHA256

// AlgorithmForName fails for an algorithm that this program was not linked with.
func AlgorithmForName(name string) (digest.Algorithm, error) {
	if algorithm := digest.Algorithm(name); algorithm.Available() {
		return algorithm, nil
	}
	return "", fmt.Errorf("digest algorithm %q is not available", name)
}
