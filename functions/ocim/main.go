package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/open-craft/ocim/functions/ocim/api"
)

// version is set by the build.
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := newCommand(os.Getenv, os.Stdin).ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ocim:", err)
	}
	return exitCode(err)
}

// errUsage marks a command line that cannot be carried out as it is.
var errUsage = errors.New("usage")

func usage(format string, arguments ...any) error {
	return &marked{fmt.Errorf(format, arguments...), errUsage}
}

// errFailed marks an operation that was carried out and failed.
var errFailed = errors.New("failed")

func failed(format string, arguments ...any) error {
	return &marked{fmt.Errorf(format, arguments...), errFailed}
}

// errRefused marks what Ocim would not start as things are.
var errRefused = errors.New("refused")

func refused(format string, arguments ...any) error {
	return &marked{fmt.Errorf(format, arguments...), errRefused}
}

// errTimeout says that a wait was longer than it may be.
var errTimeout = errors.New("it is not done yet")

// marked is an error with the kind that decides the exit code.
type marked struct {
	error
	kind error
}

func (m *marked) Is(target error) bool { return target == m.kind }

// exitCode returns the exit code for an error, as the package comment lists them.
func exitCode(err error) int {
	status := api.StatusOf(err)
	var answer *api.Error
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return 3
	case status == http.StatusNotFound:
		return 4
	case errors.Is(err, errRefused), status == http.StatusConflict, status == http.StatusUnprocessableEntity, status == http.StatusBadRequest:
		return 5
	case errors.Is(err, errTimeout):
		return 6
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests, errors.As(err, &answer) && answer.Cause != nil:
		return 7
	default:
		return 1
	}
}
