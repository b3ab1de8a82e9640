// A file system in memory for kustomize: what lies in a tree, and nothing beside it.

package main

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// root is where kustomize sees a tree. It is not `/`, from which `..` leads nowhere: a path that leaves the tree must miss, as
// it does in the controller's temporary folder. The name is one that no repository has, so that it can be taken out of errors.
const root = "/⟨tree⟩"

// relative takes the root out of a message, which leaves paths as they are in the tree.
func relative(message string) string {
	message = strings.ReplaceAll(message, root+"/", "")
	return strings.ReplaceAll(message, root, ".")
}

// fileSystem is a tree of plain files under root, for kustomize. The in-memory file systems of kyaml and of fluxcd/pkg refuse
// names with a space or a bracket, which repositories do have. There are no links in it.
type fileSystem struct {
	files   map[string][]byte
	folders map[string]map[string]bool
	// schemas are the files that bringsSchema is true of: each build wants to know, and a repository has a thousand files.
	schemas map[string]bool
	bytes   int
}

var _ filesys.FileSystem = (*fileSystem)(nil)

func newFileSystem() *fileSystem {
	return &fileSystem{files: map[string][]byte{}, folders: map[string]map[string]bool{root: {}}, schemas: map[string]bool{}}
}

func clean(name string) string { return path.Join("/", name) }

func failed(operation, name string, cause error) error {
	return &fs.PathError{Op: operation, Path: name, Err: cause}
}

func (f *fileSystem) Exists(name string) bool {
	_, ok := f.files[clean(name)]
	return ok || f.IsDir(name)
}

func (f *fileSystem) IsDir(name string) bool { return f.folders[clean(name)] != nil }

func (f *fileSystem) ReadFile(name string) ([]byte, error) {
	content, ok := f.files[clean(name)]
	if !ok {
		return nil, failed("open", name, fs.ErrNotExist)
	}
	return content, nil
}

func (f *fileSystem) WriteFile(name string, content []byte) error {
	name = clean(name)
	if !strings.HasPrefix(name, root+"/") || f.IsDir(name) {
		return failed("write", name, fs.ErrInvalid)
	}
	if err := f.MkdirAll(path.Dir(name)); err != nil {
		return err
	}
	f.folders[path.Dir(name)][path.Base(name)] = true
	f.bytes += len(content) - len(f.files[name])
	f.files[name] = content
	if delete(f.schemas, name); bringsSchema(name, content) {
		f.schemas[name] = true
	}
	return nil
}

func (f *fileSystem) Mkdir(name string) error { return f.MkdirAll(name) }

func (f *fileSystem) MkdirAll(name string) error {
	name = clean(name)
	if f.folders[name] != nil {
		return nil
	}
	if _, ok := f.files[name]; ok || !strings.HasPrefix(name, root+"/") {
		return failed("mkdir", name, fs.ErrInvalid)
	}
	if err := f.MkdirAll(path.Dir(name)); err != nil {
		return err
	}
	f.folders[name] = map[string]bool{}
	f.folders[path.Dir(name)][path.Base(name)] = true
	return nil
}

// RemoveAll removes the folders above that are left empty as well: a source has no empty folders, and kustomize tells a missing
// one from an empty one.
func (f *fileSystem) RemoveAll(name string) error {
	name = clean(name)
	for child := range f.folders[name] {
		if err := f.RemoveAll(path.Join(name, child)); err != nil {
			return err
		}
	}
	f.bytes -= len(f.files[name])
	delete(f.files, name)
	delete(f.schemas, name)
	for name != root && len(f.folders[name]) == 0 {
		delete(f.folders, name)
		parent := path.Dir(name)
		delete(f.folders[parent], path.Base(name))
		name = parent
		if name == "/" || f.folders[name] == nil {
			break
		}
	}
	return nil
}

func (f *fileSystem) ReadDir(name string) ([]string, error) {
	children := f.folders[clean(name)]
	if children == nil {
		return nil, failed("open", name, fs.ErrNotExist)
	}
	return slices.Sorted(maps.Keys(children)), nil
}

func (f *fileSystem) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	absolute := clean(name)
	switch _, isFile := f.files[absolute]; {
	case f.IsDir(absolute):
		return filesys.ConfirmedDir(absolute), "", nil
	case isFile:
		return filesys.ConfirmedDir(path.Dir(absolute)), path.Base(absolute), nil
	case absolute != root && !strings.HasPrefix(absolute, root+"/"):
		return "", "", fmt.Errorf("%s is outside of the source", name)
	}
	return "", "", failed("open", name, fs.ErrNotExist)
}

func (f *fileSystem) Glob(pattern string) ([]string, error) {
	var found []string
	for name := range f.files {
		matched, err := path.Match(clean(pattern), name)
		if err != nil {
			return nil, err
		}
		if matched {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found, nil
}

// Walk visits in lexical order, as filepath.Walk does.
func (f *fileSystem) Walk(name string, visit filepath.WalkFunc) error {
	name = clean(name)
	var err error
	if f.Exists(name) {
		err = f.walk(name, visit)
	} else {
		err = visit(name, nil, failed("lstat", name, fs.ErrNotExist))
	}
	if err == filepath.SkipDir || err == filepath.SkipAll {
		return nil
	}
	return err
}

func (f *fileSystem) walk(name string, visit filepath.WalkFunc) error {
	if err := visit(name, f.info(name), nil); err != nil || !f.IsDir(name) {
		return err
	}
	for _, child := range slices.Sorted(maps.Keys(f.folders[name])) {
		child = path.Join(name, child)
		err := f.walk(child, visit)
		if err == filepath.SkipDir && f.IsDir(child) {
			continue
		}
		if err == filepath.SkipDir {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Create and Open serve plugins and remote bases, and neither runs here.
func (f *fileSystem) Create(name string) (filesys.File, error) {
	return nil, failed("create", name, fs.ErrInvalid)
}

func (f *fileSystem) Open(name string) (filesys.File, error) {
	return nil, failed("open", name, fs.ErrInvalid)
}

// fileInfo describes a name to visitors and to the ignore rules of charts.
type fileInfo struct {
	name   string
	size   int
	folder bool
}

func (f *fileSystem) info(name string) fs.FileInfo {
	return fileInfo{name: path.Base(name), size: len(f.files[name]), folder: f.IsDir(name)}
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return int64(i.size) }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return i.folder }
func (i fileInfo) Sys() any           { return nil }
func (i fileInfo) Mode() fs.FileMode {
	if i.folder {
		return fs.ModeDir | 0o755
	}
	return 0o644
}
