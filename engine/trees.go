// Operations on trees of files, which stay between requests. Know nothing of what is in a file.

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	untar "github.com/fluxcd/pkg/tar"
)

// What a tree may hold. The number of bytes is that of the controllers (fluxcd/pkg/tar v1.2.0, options.go).
const (
	maxTreeBytes = untar.DefaultMaxUntarSize
	maxTreeFiles = 50_000
)

// trees stay between requests, so that a build after an edit is sent the edited file alone.
var trees = map[string]*fileSystem{}

func treeNamed(name string) (*fileSystem, error) {
	tree, ok := trees[name]
	if !ok {
		return nil, fmt.Errorf("there is no tree %q", name)
	}
	return tree, nil
}

// place is where a path of the tree is in the file system. What would lead outside stays inside, as with securejoin.
func place(name string) string { return root + path.Join("/", name) }

func (f *fileSystem) put(name string, content []byte) error {
	if err := f.WriteFile(place(name), content); err != nil {
		return fmt.Errorf("%q cannot be held: a file and a folder have the same path", name)
	}
	if f.bytes > maxTreeBytes {
		return fmt.Errorf("the files are more than %d MiB", maxTreeBytes>>20)
	}
	if len(f.files) > maxTreeFiles {
		return fmt.Errorf("there are more than %d files", maxTreeFiles)
	}
	return nil
}

func writeFiles(request filesRequest) (treeReply, error) {
	tree := trees[request.Tree]
	if tree == nil || request.Clear {
		tree = newFileSystem()
		trees[request.Tree] = tree
	}
	for _, name := range request.Remove {
		_ = tree.RemoveAll(place(name)) // what is not there is as it should be
	}
	for name, content := range request.Set {
		if err := tree.put(name, []byte(content)); err != nil {
			return treeReply{}, err
		}
	}
	for name, content := range request.SetBytes {
		if err := tree.put(name, content); err != nil {
			return treeReply{}, err
		}
	}
	return treeReply{Files: len(tree.files), Bytes: tree.bytes}, nil
}

// unpack follows fluxcd/pkg/tar v1.2.0, untar.go, as the controllers call it: symbolic links are left out, and a name that
// might lead outside refuses the whole archive.
func unpack(request unpackRequest, attachment []byte) (treeReply, error) {
	delete(trees, request.Tree)
	unzipped, err := gzip.NewReader(bytes.NewReader(attachment))
	if err != nil {
		return treeReply{}, fmt.Errorf("requires gzip-compressed body: %w", err)
	}
	tree, archive := newFileSystem(), tar.NewReader(unzipped)
	var announced int64
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return treeReply{}, fmt.Errorf("tar error: %w", err)
		}
		if announced += header.Size; announced > maxTreeBytes {
			return treeReply{}, fmt.Errorf("tar %q is bigger than max archive size of %d bytes", header.Name, maxTreeBytes)
		}
		if !validPath(header.Name) {
			return treeReply{}, fmt.Errorf("tar contained invalid name error %q", header.Name)
		}
		switch header.Typeflag {
		case tar.TypeReg:
			content, err := io.ReadAll(archive)
			if err != nil {
				return treeReply{}, fmt.Errorf("error reading %s: %w", header.Name, err)
			}
			if err := tree.put(header.Name, content); err != nil {
				return treeReply{}, err
			}
		case tar.TypeDir, tar.TypeSymlink, tar.TypeLink, tar.TypeXGlobalHeader:
		default:
			return treeReply{}, fmt.Errorf("tar file entry %s contained unsupported file type %v", header.Name, header.FileInfo().Mode())
		}
	}
	trees[request.Tree] = tree
	return treeReply{Files: len(tree.files), Bytes: tree.bytes}, nil
}

func validPath(name string) bool {
	return name != "" && !strings.Contains(name, `\`) && !strings.HasPrefix(name, "/") && !strings.Contains(name, "../")
}

func listTree(request listTreeRequest) (listTreeReply, error) {
	tree, err := treeNamed(request.Tree)
	if err != nil {
		return listTreeReply{}, err
	}
	reply := listTreeReply{Files: []listedFile{}, Texts: map[string]string{}}
	for name, content := range tree.files {
		name = strings.TrimPrefix(name, root+"/")
		reply.Files = append(reply.Files, listedFile{Path: name, Bytes: len(content)})
		asked := slices.ContainsFunc(request.TextsOf, func(ending string) bool { return strings.HasSuffix(name, ending) })
		if asked && utf8.Valid(content) {
			reply.Texts[name] = string(content)
		}
	}
	slices.SortFunc(reply.Files, func(a, b listedFile) int { return strings.Compare(a.Path, b.Path) })
	return reply, nil
}

func forget(request forgetRequest) (nothing, error) {
	for _, name := range request.Trees {
		delete(trees, name)
	}
	for _, name := range request.Charts {
		delete(charts, name)
	}
	return nothing{}, nil
}
