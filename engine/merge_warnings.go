// What Helm warns of while it merges values, without the values.

package main

import "strings"

// mergeWarnings collects what Helm says of values that it could not merge, which it writes to Go's standard log.
type mergeWarnings struct{ sentences []string }

var merging = &mergeWarnings{}

func (m *mergeWarnings) begin() { m.sentences = []string{} }

// Write is called with one message. Its end is the value itself, which may be from a Secret, and is left out.
func (m *mergeWarnings) Write(message []byte) (int, error) {
	sentence, isWarning := strings.CutPrefix(strings.TrimSpace(string(message)), "warning: ")
	sentence, _, _ = strings.Cut(sentence, " (")
	if isWarning && len(m.sentences) < 100 {
		m.sentences = append(m.sentences, "Values: "+strings.TrimSuffix(sentence, ".")+".")
	}
	return len(message), nil
}
