// Command controlplane is the Kubernetes control plane in one program: its first argument says which part to be. The
// parts share nearly all of their packages, so one link step and one file replace six. It knows nothing of Flux.
package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// parts are given the arguments from their own name on, and return the exit code. Each command is made when it is asked
// for, because some register global flags when they are made.
var parts = map[string]func(args []string) int{
	"certificate":             printed(certificate),
	"etcd":                    func(args []string) int { etcdmain.Main(args); return 0 },
	"kube-apiserver":          func([]string) int { return cli.Run(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func([]string) int { return cli.Run(controllermanager.NewControllerManagerCommand()) },
	"kube-scheduler":          func([]string) int { return cli.Run(scheduler.NewSchedulerCommand()) },
	"kubectl":                 func([]string) int { return cli.Run(kubectl.NewDefaultKubectlCommand()) },
	"registry":                printed(serveRegistry),
}

func main() {
	if len(os.Args) > 1 {
		if part, ok := parts[os.Args[1]]; ok {
			// The commands read os.Args by themselves, as if they were programs of their own.
			os.Args = os.Args[1:]
			os.Exit(part(os.Args))
		}
	}
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(os.Stderr, "usage: controlplane %s ...\n", strings.Join(names, "|"))
	os.Exit(2)
}

func printed(run func(args []string) error) func([]string) int {
	return func(args []string) int {
		if err := run(args[1:]); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", args[0], err)
			return 1
		}
		return 0
	}
}

// serveRegistry is an OCI registry that keeps everything in memory. The argument is the address to listen on.
func serveRegistry(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("needs an address")
	}
	server := &http.Server{
		Addr:              args[0],
		Handler:           registry.New(registry.WithReferrersSupport(true)),
		ReadHeaderTimeout: 10 * time.Second,
	}
	return server.ListenAndServe()
}
