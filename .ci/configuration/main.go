package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "configuration:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := repository()
	if err != nil {
		return err
	}
	text, err := document(root)
	if err != nil {
		return err
	}
	_, err = os.Stdout.WriteString(text)
	return err
}

// repository returns the top folder of the repository, found from the working directory.
func repository() (string, error) {
	file, err := exec.Command("go", "env", "GOWORK").Output()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(file))), nil
}
