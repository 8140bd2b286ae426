// Command deploycheck says what a deployment lacks before its first page does. It reads
// the variables that faas-cli would put into stack.yml, and asks the gateway, the table
// and the cluster as far as it may.
//
//	go run ./.ci/deploycheck
//
// It changes nothing. Its exit code is 1 when something is missing.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/open-craft/ocim/ci/stack"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	file, err := stack.Read("stack.yml", os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "deploycheck:", err)
		os.Exit(1)
	}
	home, _ := os.UserHomeDir()
	c := checker{
		file: file, lookup: os.Getenv, http: &http.Client{Timeout: 15 * time.Second},
		logins: loginFile(os.Getenv, home), kubectl: kubectl, table: askTable,
	}
	missing := 0
	for _, f := range c.run(ctx) {
		fmt.Printf("%-8s %-14s %s\n", f.state, f.subject, f.text)
		if f.state == lacking {
			missing++
		}
	}
	if missing > 0 {
		fmt.Printf("\n%d checks failed.\n", missing)
		os.Exit(1)
	}
}

// loginFile returns where faas-cli keeps its log-ins.
func loginFile(lookup func(string) string, home string) string {
	folder := filepath.Join(home, ".openfaas")
	if set := lookup("OPENFAAS_CONFIG"); set != "" {
		folder = set
	} else if ci := lookup("CI"); ci == "true" || ci == "1" {
		folder = ".openfaas"
	}
	return filepath.Join(folder, "config.yml")
}

// kubectl returns what kubectl prints.
func kubectl(ctx context.Context, arguments ...string) ([]byte, error) {
	return exec.CommandContext(ctx, "kubectl", arguments...).Output()
}

// askTable reads an item that does not exist.
func askTable(ctx context.Context, table, region, endpoint string) error {
	store, err := dynamo.Connect(ctx, dynamo.Config{Table: table, Region: region, Endpoint: endpoint, AttemptTimeout: 5 * time.Second}, dynamo.Options{})
	if err != nil {
		return err
	}
	_, err = store.Get(ctx, kv.Key{Partition: "deploycheck", Sort: "deploycheck"})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
