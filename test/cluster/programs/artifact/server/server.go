// Package server hands out artifacts over HTTP.
package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/fluxcd/pkg/artifact/config"
)

// Start blocks until the context ends, or listening fails.
func Start(ctx context.Context, options *config.Options) error {
	files := http.FileServer(http.Dir(options.StoragePath))
	server := http.Server{Addr: options.StorageAddr, Handler: files, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
