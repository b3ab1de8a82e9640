// Says of which libraries the engine is made.

package main

import (
	"runtime/debug"

	"helm.sh/helm/v4/pkg/chart/common"
)

func libraryVersions(nothing) (versionsReply, error) {
	reply := versionsReply{Kubernetes: common.DefaultCapabilities.KubeVersion.Version}
	if built, ok := debug.ReadBuildInfo(); ok {
		for _, module := range built.Deps {
			switch module.Path {
			case "helm.sh/helm/v4":
				reply.Helm = module.Version
			case "sigs.k8s.io/kustomize/api":
				reply.Kustomize = module.Version
			case "github.com/fluxcd/pkg/kustomize":
				reply.FluxKustomize = module.Version
			}
		}
	}
	return reply, nil
}
