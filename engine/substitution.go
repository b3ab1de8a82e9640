// Variables in what a Flux Kustomization builds, and in a text alone.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	_ "unsafe" // for go:linkname

	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/kustomize"
	yamlv2 "go.yaml.in/yaml/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/resource"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

//go:linkname varSubstitution github.com/fluxcd/pkg/kustomize.varSubstitution
func varSubstitution(text []byte, variables map[string]string, strict bool) ([]byte, error)

// variableNames are those that the built text refers to, and those of them that nothing sets.
type variableNames struct{ used, unknown []string }

// substitute replaces the variables of the resources: the part of kustomize-controller's build after decryption. What it read as
// trees on the way is given as such, and stands for the resource, which then is as it was.
func substitute(flux unstructured.Unstructured, resources []*resource.Resource, request kustomizationRequest) (variableNames, map[*resource.Resource]fields, error) {
	none, trees := variableNames{used: []string{}, unknown: []string{}}, map[*resource.Resource]fields{}
	if _, found, _ := unstructured.NestedMap(flux.Object, "spec", "postBuild"); !found {
		return none, nil, nil
	}
	cluster := sources{known: request.Variables, tolerant: request.KeepUnknown}
	known, err := variables(flux, cluster)
	if err != nil && len(resources) > 0 {
		return none, nil, fmt.Errorf("post build failed for '%s/%s': %w", resources[0].GetGvk(), resources[0].GetName(), err)
	}
	names := namesIn(resources, known)
	if request.KeepUnknown {
		// A variable whose value is the text that refers to it stays as it is, with upstream's code unchanged. What stands beside
		// the name in an expression does not: a default is lost, and an operator works on this value.
		for _, name := range names.unknown {
			known[name] = "${" + name + "}"
			if err := unstructured.SetNestedField(flux.Object, known[name], "spec", "postBuild", "substitute", name); err != nil {
				return none, nil, err
			}
		}
	}
	strategy, _, _ := unstructured.NestedString(flux.Object, "spec", "postBuild", "substituteStrategy")
	checked := false
	for _, each := range resources {
		// The library looks at the names of variables with each resource; one is enough.
		if checked && !changedBySubstitution(each.YNode()) {
			continue
		}
		tree, err := substituteTree(each, known, request.Strict)
		if err != nil {
			return none, nil, fmt.Errorf("post build failed for '%s/%s': envsubst error: %w", each.GetGvk(), each.GetName(), err)
		}
		if tree != nil {
			trees[each], checked = tree, true
			continue
		}
		done, err := kustomize.SubstituteVariables(context.Background(), cluster, flux, each,
			kustomize.SubstituteWithStrict(request.Strict),
			kustomize.SubstituteWithAlways(strategy == "Always"))
		if err != nil {
			return none, nil, fmt.Errorf("post build failed for '%s/%s': %w", each.GetGvk(), each.GetName(), err)
		}
		checked = checked || done != nil
	}
	return names, trees, nil
}

// substituteTree is what SubstituteVariables of fluxcd/pkg/kustomize v1.35.6, kustomize_varsub.go, makes of a resource: it writes
// it as YAML, replaces in that text, and reads it. Upstream the text goes through YAML, JSON and YAML again before, and what was
// read through JSON and YAML after, which is a quarter of the time of a build; a tree of plain values comes out of these ways as
// it went in. Nil where it is not plain, and where there is nothing to replace: the library is asked then.
func substituteTree(from *resource.Resource, known map[string]string, strict bool) (fields, error) {
	if len(known) == 0 || disabled(from.GetLabels()) || disabled(from.GetAnnotations()) {
		return nil, nil
	}
	read, err := decoded(&from.RNode)
	if err != nil {
		return nil, nil
	}
	before, ok := plainTree(read)
	if !ok {
		return nil, nil
	}
	text, err := yamlv2.Marshal(before)
	if err != nil {
		return nil, nil
	}
	substituted, err := varSubstitution(text, known, strict)
	if err != nil {
		return nil, err
	}
	var tree fields
	if err := json.Unmarshal(substituted, &tree); err != nil {
		return nil, nil
	}
	after, _ := plainTree(tree)
	return after, nil
}

// changedBySubstitution says whether a resource can come out other than it went in: where it has a dollar, or begins a text with
// a tab, which is an error of the way through YAML. For the others that way is half the time of a build.
func changedBySubstitution(node *kyaml.Node) bool {
	return strings.Contains(node.Value, "$") || strings.HasPrefix(node.Value, "\t") ||
		slices.ContainsFunc(node.Content, changedBySubstitution)
}

// plainTree gives a map as it is after it was written as JSON or YAML and read again; false where that may change more than how
// numbers are held.
func plainTree(tree fields) (fields, bool) {
	value, ok := plainValue(tree)
	if !ok || len(tree) == 0 {
		return nil, false
	}
	return value.(fields), true
}

func plainValue(value any) (any, bool) {
	switch value := value.(type) {
	case nil, bool, int:
		return value, true
	case float64:
		// What is larger is written in another way each time, or is none that JSON has.
		if !(math.Abs(value) < 1e15) {
			return nil, false
		}
		if value == math.Trunc(value) {
			return int(value), true // as such it is read, however it was written
		}
		return value, true
	case string:
		return value, isPlainText(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			plain, ok := plainValue(item)
			if !ok {
				return nil, false
			}
			list[i] = plain
		}
		return list, true
	case fields:
		entries := make(fields, len(value))
		for key, item := range value {
			plain, ok := plainValue(item)
			if !ok || !isPlainKey(key) {
				return nil, false
			}
			entries[key] = plain
		}
		return entries, true
	}
	return nil, false
}

// isPlainText says whether a text has nothing that YAML writes with an escape or a hint: those are where its libraries differ.
func isPlainText(text string) bool {
	if strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\n") {
		return false
	}
	for _, r := range text {
		isPlain := r >= ' ' && r < 0x7f || r == '\n' || r >= 0xa0 && unicode.IsPrint(r) && r != '\ufeff'
		if !isPlain {
			return false
		}
	}
	return true
}

// isPlainKey leaves out what the libraries write in another way, or read as another key.
func isPlainKey(key string) bool {
	return len(key) < 100 && key != "<<" && !strings.Contains(key, "\n") && isPlainText(key)
}

// variables are what SubstituteVariables of fluxcd/pkg/kustomize v1.35.6 puts together before it substitutes.
func variables(flux unstructured.Unstructured, cluster sources) (map[string]string, error) {
	known, err := kustomize.LoadVariables(context.Background(), cluster, flux)
	if err != nil {
		return nil, err
	}
	inline, _, err := unstructured.NestedStringMap(flux.Object, "spec", "postBuild", "substitute")
	if err != nil {
		return nil, err
	}
	for name, value := range inline {
		known[name] = strings.ReplaceAll(value, "\n", "")
	}
	return known, nil
}

// namesIn asks envsubst itself which variables it looks up in each text. What it cannot parse is an error of the substitution
// that follows.
func namesIn(resources []*resource.Resource, known map[string]string) variableNames {
	used, unknown := map[string]bool{}, map[string]bool{}
	for _, each := range resources {
		if disabled(each.GetLabels()) || disabled(each.GetAnnotations()) {
			continue
		}
		eachTextWithDollar(each.YNode(), func(text string) {
			_, _ = envsubst.Eval(text, func(name string) (string, bool) {
				used[name] = true
				value, found := known[name]
				if !found {
					unknown[name] = true
				}
				return value, true
			})
		})
	}
	return variableNames{used: sorted(used), unknown: sorted(unknown)}
}

func eachTextWithDollar(node *kyaml.Node, give func(string)) {
	if strings.Contains(node.Value, "$") {
		give(node.Value)
	}
	for _, child := range node.Content {
		eachTextWithDollar(child, give)
	}
}

func disabled(metadata map[string]string) bool {
	return metadata["kustomize.toolkit.fluxcd.io/substitute"] == kustomize.DisabledValue
}

func sorted(names map[string]bool) []string {
	if len(names) == 0 {
		return []string{}
	}
	return slices.Sorted(maps.Keys(names))
}

// substituteText is the step of the text alone: varSubstitution of fluxcd/pkg/kustomize v1.35.6, kustomize_varsub.go, without
// its reading and writing of YAML.
func substituteText(request substituteRequest) (substituteReply, error) {
	known := make(map[string]string, len(request.Variables))
	for name, value := range request.Variables {
		known[name] = strings.ReplaceAll(value, "\n", "")
	}
	text, err := envsubst.Eval(request.Text, func(name string) (string, bool) {
		value, found := known[name]
		return value, found || !request.Strict
	})
	if err != nil {
		return substituteReply{}, fmt.Errorf("variable substitution failed: %w", err)
	}
	return substituteReply{Text: text}, nil
}
