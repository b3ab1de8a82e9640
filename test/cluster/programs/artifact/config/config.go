// Package config says where artifacts are kept and how they are served.
package config

import (
	"time"

	"github.com/spf13/pflag"
)

// Options come from source-controller's command line.
type Options struct {
	StoragePath, StorageAddr, StorageAdvAddr string

	ArtifactRetentionTTL     time.Duration
	ArtifactRetentionRecords int
	ArtifactDigestAlgo       string
}

// BindFlags declares the flags under the names that a released source-controller has, with its defaults.
func (o *Options) BindFlags(flags *pflag.FlagSet) {
	for _, text := range []struct {
		value                *string
		name, preset, phrase string
	}{
		{&o.StoragePath, "storage-path", "", "folder of the artifacts"},
		{&o.StorageAddr, "storage-addr", ":9090", "address that the file server listens on"},
		{&o.StorageAdvAddr, "storage-adv-addr", "", "host and port that artifact URLs name"},
		{&o.ArtifactDigestAlgo, "artifact-digest-algo", "sha256", "algorithm of the digests"},
	} {
		flags.StringVar(text.value, text.name, text.preset, text.phrase)
	}
	flags.DurationVar(&o.ArtifactRetentionTTL, "artifact-retention-ttl", time.Minute, "age at which old artifacts go")
	flags.IntVar(&o.ArtifactRetentionRecords, "artifact-retention-records", 2, "number of artifacts kept per object")
}
