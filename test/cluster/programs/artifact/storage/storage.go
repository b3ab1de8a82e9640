// Package storage keeps each object's artifacts in a folder KIND/NAMESPACE/NAME. It does not know what is in them.
package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/artifact/config"
	canonical "github.com/fluxcd/pkg/artifact/digest"
	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/sourceignore/gitignore"
	"github.com/fluxcd/pkg/tar"
)

// Storage is safe for use by several reconcilers as long as writers take Lock.
type Storage struct {
	root       string
	advertised string
	maxAge     time.Duration
	maxCount   int

	mutex sync.Mutex
	busy  map[string]*sync.Mutex // by folder
}

// New makes the folder. Its path is resolved, because the callers compare paths below it with resolved ones.
func New(options *config.Options) (*Storage, error) {
	root := options.StoragePath
	if root == "" {
		root = filepath.Join(os.TempDir(), "flux-artifacts")
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("artifact storage: %w", err)
	}
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, fmt.Errorf("artifact storage: %w", err)
	}
	advertised := options.StorageAdvAddr
	if advertised == "" {
		advertised = options.StorageAddr
	}
	if !strings.Contains(advertised, "://") {
		advertised = "http://" + advertised
	}
	return &Storage{
		root:       root,
		advertised: advertised,
		maxAge:     options.ArtifactRetentionTTL,
		maxCount:   options.ArtifactRetentionRecords,
		busy:       map[string]*sync.Mutex{},
	}, nil
}

// NewArtifactFor says where an artifact will be; nothing is written yet.
func (s *Storage) NewArtifactFor(kind string, owner metav1.Object, revision, file string) meta.Artifact {
	artifact := meta.Artifact{
		Path:     path.Join(strings.ToLower(kind), owner.GetNamespace(), owner.GetName(), file),
		Revision: revision,
	}
	s.SetArtifactURL(&artifact)
	return artifact
}

// SetArtifactURL renews the URL of an artifact that may come from a time with another advertised address.
func (s *Storage) SetArtifactURL(artifact *meta.Artifact) {
	if artifact != nil && artifact.Path != "" {
		artifact.URL = s.advertised + "/" + artifact.Path
	}
}

// SetHostname is SetArtifactURL for a bare URL.
func (s *Storage) SetHostname(link string) string {
	if parsed, err := url.Parse(link); err == nil && parsed.Path != "" {
		return s.advertised + parsed.EscapedPath()
	}
	return ""
}

// LocalPath is empty for a path that would leave the storage.
func (s *Storage) LocalPath(artifact meta.Artifact) string {
	if filepath.IsLocal(artifact.Path) {
		return filepath.Join(s.root, artifact.Path)
	}
	return ""
}

func (s *Storage) folder(artifact meta.Artifact) string { return filepath.Dir(s.LocalPath(artifact)) }

// MkdirAll makes the folder that the artifact goes into.
func (s *Storage) MkdirAll(artifact meta.Artifact) error {
	return os.MkdirAll(s.folder(artifact), 0o700)
}

// Lock keeps other writers of the same object away until the result is called.
func (s *Storage) Lock(artifact meta.Artifact) (unlock func(), err error) {
	folder := s.folder(artifact)
	s.mutex.Lock()
	lock, ok := s.busy[folder]
	if !ok {
		lock = &sync.Mutex{}
		s.busy[folder] = lock
	}
	s.mutex.Unlock()
	lock.Lock()
	return lock.Unlock, nil
}

// ArtifactExist is false for a link: links are names, not artifacts.
func (s *Storage) ArtifactExist(artifact meta.Artifact) bool {
	info, err := os.Lstat(s.LocalPath(artifact))
	return err == nil && info.Mode().IsRegular()
}

// VerifyArtifact fails when the file no longer has the digest that was published.
func (s *Storage) VerifyArtifact(artifact meta.Artifact) error {
	want, err := digest.Parse(artifact.Digest)
	if err != nil {
		return fmt.Errorf("digest %q: %w", artifact.Digest, err)
	}
	file, err := os.Open(s.LocalPath(artifact))
	if err != nil {
		return err
	}
	defer file.Close()
	got, err := want.Algorithm().FromReader(file)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("artifact has digest %s, not %s", got, want)
	}
	return nil
}

// Remove deletes one artifact.
func (s *Storage) Remove(artifact meta.Artifact) error { return os.Remove(s.LocalPath(artifact)) }

// RemoveAll deletes everything of the artifact's object and names the folder, or nothing if there was none.
func (s *Storage) RemoveAll(artifact meta.Artifact) (string, error) {
	if s.LocalPath(artifact) == "" {
		return "", nil
	}
	folder := s.folder(artifact)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return folder, os.RemoveAll(folder)
}

// GarbageCollect deletes what is too old or too much beside the given artifact, newest kept first.
func (s *Storage) GarbageCollect(_ context.Context, current meta.Artifact, _ time.Duration) ([]string, error) {
	entries, err := os.ReadDir(s.folder(current))
	if err != nil {
		return nil, err
	}
	var others []fs.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && info.Name() != path.Base(current.Path) {
			others = append(others, info)
		}
	}
	sort.Slice(others, func(a, b int) bool { return others[a].ModTime().After(others[b].ModTime()) })
	var deleted []string
	for index, info := range others {
		if index+1 < s.maxCount && time.Since(info.ModTime()) <= s.maxAge {
			continue
		}
		file := filepath.Join(s.folder(current), info.Name())
		if err := os.Remove(file); err != nil {
			return deleted, err
		}
		deleted = append(deleted, file)
	}
	return deleted, nil
}

// ArchiveFileFilter is true for a file that stays out of an archive.
type ArchiveFileFilter func(path string, info os.FileInfo) bool

// SourceIgnoreFilter leaves out what the patterns name, and what Flux leaves out by default.
func SourceIgnoreFilter(patterns []gitignore.Pattern, domain []string) ArchiveFileFilter {
	matcher := sourceignore.NewDefaultMatcher(patterns, domain)
	return func(file string, info os.FileInfo) bool {
		return matcher.Match(strings.Split(file, string(filepath.Separator)), info.IsDir())
	}
}

// Archive packs a folder.
func (s *Storage) Archive(artifact *meta.Artifact, folder string, filter ArchiveFileFilter) error {
	if info, err := os.Stat(folder); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is no folder", folder)
	}
	return s.store(artifact, func(out io.Writer) error {
		_, err := tar.Tar(folder, out, tar.WithFilter(filter))
		return err
	})
}

// Copy stores bytes as they are.
func (s *Storage) Copy(artifact *meta.Artifact, in io.Reader) error {
	return s.store(artifact, func(out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	})
}

// CopyFromPath stores a file as it is.
func (s *Storage) CopyFromPath(artifact *meta.Artifact, file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	return s.Copy(artifact, in)
}

// CopyToPath unpacks one folder of an archive (for GitRepository spec.include).
func (s *Storage) CopyToPath(artifact *meta.Artifact, from, to string) error {
	if from != "" && !filepath.IsLocal(from) {
		return fmt.Errorf("%q is outside of the artifact", from)
	}
	in, err := os.Open(s.LocalPath(*artifact))
	if err != nil {
		return err
	}
	defer in.Close()
	unpacked, err := os.MkdirTemp("", "artifact-include-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(unpacked)
	if err := tar.Untar(in, unpacked, tar.WithMaxUntarSize(-1)); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(filepath.Join(unpacked, from)))
}

// Symlink gives the artifact a second name in its folder and returns that name's URL.
func (s *Storage) Symlink(artifact meta.Artifact, name string) (string, error) {
	link := filepath.Join(s.folder(artifact), name)
	fresh := link + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.Symlink(path.Base(artifact.Path), fresh); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, link); err != nil {
		return "", err
	}
	return s.advertised + "/" + path.Join(path.Dir(artifact.Path), name), nil
}

// store writes a file that appears whole or not at all, and fills in what is published about it.
func (s *Storage) store(artifact *meta.Artifact, produce func(io.Writer) error) (err error) {
	target := s.LocalPath(*artifact)
	if target == "" {
		return fmt.Errorf("artifact path %q is outside of the storage", artifact.Path)
	}
	file, err := os.CreateTemp(filepath.Dir(target), ".incoming-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	digester := canonical.Canonical.Digester()
	size := counter(0)
	if err = produce(io.MultiWriter(file, digester.Hash(), &size)); err != nil {
		return err
	}
	if err = file.Close(); err != nil {
		return err
	}
	if err = os.Rename(file.Name(), target); err != nil {
		return err
	}
	bytes := int64(size)
	artifact.Digest, artifact.Size, artifact.LastUpdateTime = digester.Digest().String(), &bytes, metav1.Now()
	return nil
}

type counter int64

func (c *counter) Write(data []byte) (int, error) {
	*c += counter(len(data))
	return len(data), nil
}
