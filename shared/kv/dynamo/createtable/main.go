package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/open-craft/ocim/shared/kv/dynamo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "createtable:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var cfg dynamo.Config
	flags := flag.NewFlagSet("createtable", flag.ContinueOnError)
	flags.StringVar(&cfg.Table, "table", "ocim", "name of the table")
	flags.StringVar(&cfg.Region, "region", "", "AWS region; by default that of the AWS configuration")
	flags.StringVar(&cfg.Endpoint, "endpoint", "", "URL of a server other than Amazon's")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cfg.AttemptTimeout = 10 * time.Second
	client, err := dynamo.NewClient(ctx, cfg)
	if err != nil {
		return err
	}
	expires, err := dynamo.CreateTable(ctx, client, cfg.Table)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The table %s is ready.\n", cfg.Table)
	if !expires {
		fmt.Fprintln(out, "Time to live could not be switched on: expired items stay hidden, but are not removed.")
	}
	return nil
}
