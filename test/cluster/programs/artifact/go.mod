// A stand-in for the module of this name, which module proxies do not serve although source-controller asks for it:
// the storage and the file server of artifacts. Written against its callers in source-controller 1.9; the reconcilers
// are the released ones. How an archive is laid out here says nothing about Flux.
module github.com/fluxcd/pkg/artifact

go 1.26.0

require (
	github.com/fluxcd/pkg/apis/meta v1.30.2
	github.com/fluxcd/pkg/sourceignore v0.18.0
	github.com/fluxcd/pkg/tar v1.2.0
	github.com/opencontainers/go-digest v1.0.0
	github.com/spf13/pflag v1.0.10
	k8s.io/apimachinery v0.36.3
)
