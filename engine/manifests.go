// Rendered files as objects and back into the order of Helm.

package main

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	v1 "helm.sh/helm/v4/pkg/release/v1"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// document is one object of a rendered file, before the post-renderers.
type document struct {
	file string
	node *kyaml.RNode
}

// manifest is one object after them.
type manifest struct {
	file   string
	object fields
}

// readFiles reads rendered files as annotateAndMerge of helm v4.2.4, pkg/action/action.go, does.
func readFiles(files map[string]string) ([]document, error) {
	var documents []document
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(path.Base(name), "_") || strings.TrimSpace(files[name]) == "" {
			continue
		}
		parts := releaseutil.SplitManifests(files[name])
		keys := slices.Collect(maps.Keys(parts))
		sort.Sort(releaseutil.BySplitManifestsOrder(keys))
		for _, key := range keys {
			nodes, err := readNodes(parts[key])
			if err != nil {
				return nil, fmt.Errorf("parsing %s: %w", name, err)
			}
			for _, node := range nodes {
				documents = append(documents, document{file: name, node: node})
			}
		}
	}
	return documents, nil
}

// readNodes is ParseAll of kyaml v0.21.1, kio/byteio_reader.go, less the annotations that it adds for a writer to take away.
func readNodes(text string) ([]*kyaml.RNode, error) {
	reader := kio.ByteReader{Reader: strings.NewReader(text), OmitReaderAnnotations: true}
	nodes, err := reader.Read()
	if err != nil {
		return nil, err
	}
	for _, node := range nodes {
		if err := kyaml.ErrorIfInvalid(node, kyaml.MappingNode); err != nil {
			return nil, err
		}
		if strings.Contains(text, "config.kubernetes.io/") {
			if err := kioutil.CopyLegacyAnnotations(node); err != nil {
				return nil, err
			}
		}
	}
	return nodes, nil
}

// asManifests reads documents as kustomize does to change their metadata (NewResMapFromBytes of kustomize api v0.21.1,
// resmap/factory.go): it checks them and unfolds lists, at the end. What names no file is named after its place.
func asManifests(documents []document, prefix string) ([]manifest, error) {
	var manifests, unfolded []manifest
	for _, each := range documents {
		tree, err := treeOf(each.node)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", each.file, err)
		}
		if tree == nil {
			continue
		}
		items, isList := tree["items"]
		if kind, _ := tree["kind"].(string); !isList || !strings.HasSuffix(kind, "List") {
			manifests = append(manifests, manifest{file: each.file, object: tree})
			continue
		}
		found, err := itemsOf(items)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", each.file, err)
		}
		unfolded = append(unfolded, found...)
	}
	manifests = append(manifests, unfolded...)
	if err := checkIDs(manifests); err != nil {
		return nil, err
	}
	for i := range manifests {
		file := tidyAnnotations(manifests[i].object)
		if manifests[i].file == "" {
			manifests[i].file = file
		}
		if manifests[i].file == "" {
			manifests[i].file = fmt.Sprintf("generated-by-postrender-%s%d.yaml", prefix, i)
		}
	}
	return manifests, nil
}

// treeOf decodes a document; nil where there is nothing in it. The checks are dropBadNodes of kustomize api v0.21.1,
// resource/factory.go.
func treeOf(node *kyaml.RNode) (fields, error) {
	if changedByDeAnchor(node.YNode()) {
		if err := node.DeAnchor(); err != nil {
			return nil, err
		}
	}
	if node.IsNilOrEmpty() {
		return nil, nil
	}
	if _, err := node.GetValidatedMetadata(); err != nil {
		return nil, err
	}
	if changedByWriting(node.YNode()) {
		// Helm writes what it renders as a stream for the post-renderers, who read it.
		written, err := kio.StringAll([]*kyaml.RNode{node})
		if err != nil {
			return nil, err
		}
		nodes, err := kio.FromBytes([]byte(written))
		if err != nil || len(nodes) != 1 {
			return nil, fmt.Errorf("it does not read as it was written: %w", err)
		}
		node = nodes[0]
	}
	if found, at := node.HasNilEntryInList(); found {
		return nil, fmt.Errorf("empty item at %v in object %v", at, node)
	}
	return decoded(node)
}

// changedByDeAnchor says whether DeAnchor of kyaml v0.21.1, yaml/rnode.go, may change a node or refuse it. It copies each map as
// often as it is deep, which is a third of the time of a large chart, and hardly a chart leaves an anchor in what it renders. A
// key that is no text may come out twice.
func changedByDeAnchor(node *kyaml.Node) bool {
	switch node.Kind {
	case kyaml.ScalarNode, kyaml.SequenceNode, kyaml.DocumentNode:
	case kyaml.MappingNode:
		seen := make(map[string]bool, len(node.Content)/2)
		for i := 0; i < len(node.Content); i += 2 {
			key := node.Content[i]
			isPlain := key.Kind == kyaml.ScalarNode && key.Tag == kyaml.NodeTagString && key.Value != "" && key.Value != "<<"
			if !isPlain || seen[key.Value] {
				return true
			}
			seen[key.Value] = true
		}
	default: // an alias
		return true
	}
	return node.Anchor != "" || slices.ContainsFunc(node.Content, changedByDeAnchor)
}

// decoded is what MarshalJSON of kyaml v0.21.1, yaml/rnode.go, makes of a node by writing and reading it.
func decoded(node *kyaml.RNode) (fields, error) {
	if !changedByWriting(node.YNode()) {
		return node.Map()
	}
	written, err := node.String()
	if err != nil {
		return nil, err
	}
	var tree fields
	return tree, kyaml.Unmarshal([]byte(written), &tree)
}

// changedByWriting says whether a node comes out other than it went in when kyaml writes and reads it: texts in folded style
// gain line breaks each time, and what begins with a tab cannot be read. The controllers do that to every object on its way,
// here it is done where it can be seen.
func changedByWriting(node *kyaml.Node) bool {
	return node.Style&kyaml.FoldedStyle != 0 || strings.HasPrefix(node.Value, "\t") ||
		slices.ContainsFunc(node.Content, changedByWriting)
}

func itemsOf(list any) ([]manifest, error) {
	if list == nil {
		return nil, nil
	}
	items, ok := list.([]any)
	if !ok {
		return nil, fmt.Errorf("expected array in items, but found %T", list)
	}
	var manifests []manifest
	for _, item := range items {
		tree, ok := item.(fields)
		if !ok {
			return nil, fmt.Errorf("expected an object in items, but found %T", item)
		}
		manifests = append(manifests, manifest{object: tree})
	}
	return manifests, nil
}

// checkIDs refuses two objects of one name, as Append of kustomize api v0.21.1, resmap/reswrangler.go, does.
func checkIDs(manifests []manifest) error {
	registered := make(map[string]bool, len(manifests))
	for _, each := range manifests {
		read := unstructured.Unstructured{Object: each.object}
		version := read.GroupVersionKind()
		id := resid.NewResIdWithNamespace(resid.NewGvk(version.Group, version.Version, version.Kind), read.GetName(), read.GetNamespace())
		key := id.EffectiveNamespace() + " " + id.Gvk.String() + " " + id.Name
		if registered[key] {
			return fmt.Errorf("may not add resource with an already registered id: %s", id)
		}
		registered[key] = true
	}
	return nil
}

// tidyAnnotations takes away what names the file and what kyaml's writer takes away: its own, and annotations that are none.
func tidyAnnotations(tree fields) (file string) {
	metadata, ok := tree["metadata"].(fields)
	if !ok {
		return ""
	}
	annotations, _ := metadata["annotations"].(fields)
	file, _ = annotations[fileAnnotation].(string)
	for _, name := range []string{fileAnnotation, kioutil.IndexAnnotation, legacyIndexAnnotation, kioutil.SeqIndentAnnotation} {
		delete(annotations, name)
	}
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
	return file
}

// As kyaml v0.21.1, kio/kioutil/kioutil.go, has it, where its use is marked as deprecated.
const legacyIndexAnnotation = "config.kubernetes.io/index"

type sortedHook struct {
	manifest
	hook *v1.Hook
}

// sortManifests brings manifests in Helm's order and tells hooks apart. Helm's own function does it, and is given of each what
// it needs to know alone, because it reads everything that it gets as YAML.
func sortManifests(manifests []manifest) (rendered, error) {
	files := map[string]string{}
	for i, each := range manifests {
		head := fields{"apiVersion": each.object["apiVersion"], "kind": each.object["kind"]}
		if metadata, ok := each.object["metadata"].(fields); ok {
			head["metadata"] = fields{"name": metadata["name"], "annotations": metadata["annotations"]}
		}
		encoded, err := appendJSON(nil, head)
		if err != nil {
			return rendered{}, fmt.Errorf("%s: %w", each.file, err)
		}
		appendTo(files, each.file, fmt.Sprintf("# %d\n%s", i, encoded))
	}
	hooks, others, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return rendered{}, err
	}
	var result rendered
	for _, each := range others {
		result.objects = append(result.objects, manifests[numberOf(each.Content)])
	}
	for _, each := range hooks {
		result.hooks = append(result.hooks, sortedHook{manifest: manifests[numberOf(each.Manifest)], hook: each})
	}
	return result, nil
}

// numberOf reads the number that sortManifests has put before a head.
func numberOf(head string) (number int) {
	_, _ = fmt.Sscanf(head, "# %d", &number)
	return number
}
