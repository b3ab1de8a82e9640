// The files of a tree as one build reads them: what Secrets of these hold, where the build may copy it, and a second build with
// other texts in its place.

package main

import (
	"bytes"
	"errors"
	"path"
	"regexp"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// watchedFiles is a tree as one build reads it: it remembers what was read and, where there are other texts, gives these instead
// of what Secrets hold.
type watchedFiles struct {
	*fileSystem
	read    []readFile
	visitor *secretVisitor
}

type readFile struct {
	name    string
	content []byte
}

var _ filesys.FileSystem = (*watchedFiles)(nil)

// watch gives the tree as it is, or with others in place of the texts of Secrets; nil: as it is.
func watch(tree *fileSystem, others map[string]string) *watchedFiles {
	watched := &watchedFiles{fileSystem: tree}
	if others != nil {
		watched.visitor = newSecretVisitor(func(text string) (string, error) {
			other, ok := others[text]
			if !ok {
				return "", errors.New("a text of a Secret has no other one")
			}
			return other, nil
		})
	}
	return watched
}

func (w *watchedFiles) ReadFile(name string) ([]byte, error) {
	content, err := w.fileSystem.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if w.visitor != nil {
		return w.visitor.file(clean(name), content)
	}
	w.read = append(w.read, readFile{clean(name), content})
	return content, nil
}

// copied gives what Secrets of the files that were read hold, where the build may have copied a part of it to elsewhere: by
// replacements or variables of kustomize. To look for these is cheap, and most builds have neither. Where a file cannot be
// searched the list is not whole, and a build with other texts fails on that file.
func (w *watchedFiles) copied() []string {
	if !slices.ContainsFunc(w.read, readFile.copies) {
		return nil
	}
	found := map[string]bool{}
	visitor := newSecretVisitor(func(text string) (string, error) {
		found[text] = true
		return text, nil
	})
	whole := true
	for _, each := range w.read {
		if _, err := visitor.file(each.name, each.content); err != nil {
			whole = false
		}
	}
	if whole && len(found) == 0 {
		return nil
	}
	return sorted(found)
}

var copying = regexp.MustCompile(`\b(?:replacements|vars)["']?\s*:`)

func (r readFile) copies() bool {
	return isKustomizeFile(r.name) && copying.Match(r.content) || bytes.Contains(r.content, []byte("ReplacementTransformer"))
}

func isKustomizeFile(name string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(name))
}
