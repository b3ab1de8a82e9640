// Variables in what a Flux Kustomization builds, and in a text alone.

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/resource"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// variableNames are those that the built text refers to, and those of them that nothing sets.
type variableNames struct{ used, unknown []string }

// substitute replaces the variables of the resources: the part of kustomize-controller's build after decryption.
func substitute(flux unstructured.Unstructured, resources []*resource.Resource, request kustomizationRequest) (variableNames, error) {
	none := variableNames{used: []string{}, unknown: []string{}}
	if _, found, _ := unstructured.NestedMap(flux.Object, "spec", "postBuild"); !found {
		return none, nil
	}
	cluster := sources{known: request.Variables, tolerant: request.KeepUnknown}
	known, err := variables(flux, cluster)
	if err != nil && len(resources) > 0 {
		return none, fmt.Errorf("post build failed for '%s/%s': %w", resources[0].GetGvk(), resources[0].GetName(), err)
	}
	names := namesIn(resources, known)
	if request.KeepUnknown {
		// A variable whose value is the text that refers to it stays as it is, with upstream's code unchanged. What stands beside
		// the name in an expression does not: a default is lost, and an operator works on this value.
		for _, name := range names.unknown {
			if err := unstructured.SetNestedField(flux.Object, "${"+name+"}", "spec", "postBuild", "substitute", name); err != nil {
				return none, err
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
		done, err := kustomize.SubstituteVariables(context.Background(), cluster, flux, each,
			kustomize.SubstituteWithStrict(request.Strict),
			kustomize.SubstituteWithAlways(strategy == "Always"))
		if err != nil {
			return none, fmt.Errorf("post build failed for '%s/%s': %w", each.GetGvk(), each.GetName(), err)
		}
		checked = checked || done != nil
	}
	return names, nil
}

// changedBySubstitution says whether a resource can come out other than it went in: where it has a dollar, or begins a text with
// a tab, which is an error of the way through YAML. For the others that way is half the time of a build.
func changedBySubstitution(node *kyaml.Node) bool {
	return strings.Contains(node.Value, "$") || strings.HasPrefix(node.Value, "\t") ||
		slices.ContainsFunc(node.Content, changedBySubstitution)
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
	maps.Copy(known, inline)
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
