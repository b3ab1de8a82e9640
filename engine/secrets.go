// Finds what Secrets hold in the files that state, patch or generate them, and puts other texts there. Knows where kustomize
// reads such texts from, and not how another text is made.

package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// secretSources are files that a kustomize file has named, by their places: what is in them cannot be told from themselves.
type secretSources map[string]secretSource

type secretSource int

const (
	wholeText   secretSource = iota + 1 // files of a secretGenerator
	assignments                         // envs of a secretGenerator
	secretPatch                         // a patch that may be of a Secret
)

// secretVisitor gives each text that a Secret holds to change, and puts what it gets in its place. A file that it cannot read is
// an error: it may hold a Secret that kustomize reads nevertheless.
type secretVisitor struct {
	sources secretSources
	change  func(text string) (string, error)
	// seen are nodes below which everything was changed.
	seen map[*kyaml.Node]bool
}

func newSecretVisitor(change func(text string) (string, error)) *secretVisitor {
	return &secretVisitor{sources: secretSources{}, change: change, seen: map[*kyaml.Node]bool{}}
}

// file must see a kustomize file before the files that this one names, which is the order of kustomize.
func (v *secretVisitor) file(name string, content []byte) ([]byte, error) {
	switch source := v.sources[name]; {
	case source == wholeText:
		return v.bytes(content)
	case source == assignments:
		return v.assignments(content)
	case isKustomizeFile(name), source == secretPatch, mayHoldSecret(content):
		return v.documents(content, func(document *kyaml.Node) error {
			if isKustomizeFile(name) {
				return v.kustomizeFile(document, path.Dir(name))
			}
			return v.object(document, source == secretPatch, path.Dir(name))
		})
	}
	return content, nil
}

func mayHoldSecret(content []byte) bool {
	return bytes.Contains(content, []byte("Secret")) || bytes.Contains(content, []byte("stringData"))
}

func (v *secretVisitor) documents(content []byte, visit func(*kyaml.Node) error) ([]byte, error) {
	decoder := kyaml.NewDecoder(bytes.NewReader(content))
	var written bytes.Buffer
	encoder := kyaml.NewEncoder(&written)
	for {
		var document kyaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("cannot be searched for Secrets: %w", err)
		}
		if err := visit(&document); err != nil {
			return nil, err
		}
		if err := encoder.Encode(&document); err != nil {
			return nil, err
		}
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return written.Bytes(), nil
}

// object looks for Secrets in an object, a list of objects or a patch; patch says that a patch of no kind may be one of a Secret.
func (v *secretVisitor) object(node *kyaml.Node, patch bool, folder string) error {
	for _, child := range node.Content {
		if err := v.object(child, patch, folder); err != nil {
			return err
		}
	}
	if node.Kind != kyaml.MappingNode {
		return nil
	}
	kind := textOf(field(node, "kind"))
	if patch && field(node, "op") != nil && touchesData(textOf(field(node, "path"))) {
		return v.operation(field(node, "value"), strings.HasPrefix(textOf(field(node, "path")), "/data"))
	}
	if kind == "SecretGenerator" {
		return v.generator(node, folder)
	}
	if kind != "Secret" && kind != "" {
		return nil
	}
	if kind == "Secret" || patch {
		if err := v.scalars(field(node, "data"), v.encoded); err != nil {
			return err
		}
	}
	return v.scalars(field(node, "stringData"), v.change)
}

func touchesData(pointer string) bool {
	return strings.HasPrefix(pointer, "/data") || strings.HasPrefix(pointer, "/stringData")
}

// operation is the value of one step of a JSON patch.
func (v *secretVisitor) operation(value *kyaml.Node, encoded bool) error {
	if encoded {
		return v.scalars(value, v.encoded)
	}
	return v.scalars(value, v.change)
}

// kustomizeFile looks at generators and patches, and remembers the files that they name.
func (v *secretVisitor) kustomizeFile(document *kyaml.Node, folder string) error {
	root := document
	if root.Kind == kyaml.DocumentNode && len(root.Content) > 0 {
		root = root.Content[0]
	}
	for _, generator := range items(field(root, "secretGenerator")) {
		if err := v.generator(generator, folder); err != nil {
			return err
		}
	}
	for _, key := range []string{"patches", "patchesJson6902"} {
		for _, patch := range items(field(root, key)) {
			if err := v.patch(patch, folder); err != nil {
				return err
			}
		}
	}
	for _, key := range []string{"patchesStrategicMerge", "resources", "generators", "transformers"} {
		for _, text := range items(field(root, key)) {
			if err := v.inline(text, false, folder); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *secretVisitor) patch(patch *kyaml.Node, folder string) error {
	target := field(patch, "target")
	mayBeSecret := matchesSecret(textOf(field(target, "kind")))
	if file := textOf(field(patch, "path")); file != "" && mayBeSecret {
		v.sources[clean(path.Join(folder, file))] = secretPatch
	}
	return v.inline(field(patch, "patch"), mayBeSecret, folder)
}

// matchesSecret follows Selector of kustomize api v0.21.1, types/selector.go: an anchored expression, and none matches all.
func matchesSecret(kind string) bool {
	expression, err := regexp.Compile("^(?:" + kind + ")$")
	return kind == "" || err != nil || expression.MatchString("Secret")
}

// inline is YAML in a text, or the name of a file.
func (v *secretVisitor) inline(text *kyaml.Node, patch bool, folder string) error {
	if text == nil || !strings.ContainsAny(text.Value, ":\n") {
		return nil
	}
	if !patch && !mayHoldSecret([]byte(text.Value)) {
		return nil
	}
	changed, err := v.documents([]byte(text.Value), func(document *kyaml.Node) error {
		return v.object(document, patch, folder)
	})
	if err != nil {
		return err
	}
	text.Value = string(changed)
	return nil
}

// generator is an entry of secretGenerator: pairs in it, and files beside it.
func (v *secretVisitor) generator(generator *kyaml.Node, folder string) error {
	for _, literal := range items(field(generator, "literals")) {
		key, value, found := strings.Cut(literal.Value, "=")
		if !found {
			continue
		}
		quote := quoteOf(value)
		changed, err := v.text(value[len(quote) : len(value)-len(quote)])
		if err != nil {
			return err
		}
		literal.Value = key + "=" + quote + changed + quote
	}
	for _, file := range items(field(generator, "files")) {
		_, name, found := strings.Cut(file.Value, "=")
		if !found {
			name = file.Value
		}
		v.sources[clean(path.Join(folder, name))] = wholeText
	}
	for _, file := range append(items(field(generator, "envs")), field(generator, "env")) {
		if file != nil {
			v.sources[clean(path.Join(folder, file.Value))] = assignments
		}
	}
	return nil
}

// quoteOf is the one pair of quotes that kustomize takes off: removeQuotes of kustomize api v0.21.1, kv/kv.go.
func quoteOf(value string) string {
	if len(value) < 2 || value[0] != value[len(value)-1] || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	return value[:1]
}

func (v *secretVisitor) assignments(content []byte) ([]byte, error) {
	lines := strings.Split(string(content), "\n")
	for i, line := range lines {
		key, value, found := strings.Cut(line, "=")
		if !found || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		changed, err := v.text(value)
		if err != nil {
			return nil, err
		}
		lines[i] = key + "=" + changed
	}
	return []byte(strings.Join(lines, "\n")), nil
}

// scalars changes all that are in a node, each once: an alias leads to the same ones, and many to ever more of them.
func (v *secretVisitor) scalars(node *kyaml.Node, change func(string) (string, error)) error {
	if node != nil && node.Kind == kyaml.AliasNode {
		node = node.Alias
	}
	if node == nil || v.seen[node] {
		return nil
	}
	v.seen[node] = true
	switch {
	case node.Kind == kyaml.MappingNode:
		for i := 1; i < len(node.Content); i += 2 {
			if err := v.scalars(node.Content[i], change); err != nil {
				return err
			}
		}
	case node.Kind == kyaml.SequenceNode:
		for _, child := range node.Content {
			if err := v.scalars(child, change); err != nil {
				return err
			}
		}
	case node.Kind == kyaml.ScalarNode && node.Value != "":
		changed, err := change(node.Value)
		if err != nil || changed == node.Value {
			return err
		}
		node.Value = changed
		if node.Tag != kyaml.NodeTagString {
			node.Tag = "" // another number or switch, by its looks
		}
	}
	return nil
}

func (v *secretVisitor) text(text string) (string, error) {
	if text == "" {
		return text, nil
	}
	return v.change(text)
}

// encoded changes what base64 stands for; what is none is a mistake, and changed as it is.
func (v *secretVisitor) encoded(text string) (string, error) {
	content, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return v.change(text)
	}
	changed, err := v.bytes(content)
	return base64.StdEncoding.EncodeToString(changed), err
}

// bytes changes what is no text as the base64 that stands for it.
func (v *secretVisitor) bytes(content []byte) ([]byte, error) {
	if utf8.Valid(content) {
		changed, err := v.text(string(content))
		return []byte(changed), err
	}
	changed, err := v.change(base64.StdEncoding.EncodeToString(content))
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(changed)
}

func field(node *kyaml.Node, name string) *kyaml.Node {
	if node == nil || node.Kind != kyaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			if value := node.Content[i+1]; value.Kind == kyaml.AliasNode {
				return value.Alias
			} else {
				return value
			}
		}
	}
	return nil
}

func items(node *kyaml.Node) []*kyaml.Node {
	if node == nil || node.Kind != kyaml.SequenceNode {
		return nil
	}
	return node.Content
}

func textOf(node *kyaml.Node) string {
	if node == nil || node.Kind != kyaml.ScalarNode {
		return ""
	}
	return node.Value
}
