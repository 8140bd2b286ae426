package stack

import (
	"bytes"
	"fmt"
	"os"

	"github.com/drone/envsubst"
	"go.yaml.in/yaml/v3"
)

// File is a stack file. Its fields are all those of faas-cli's schema that the project
// uses; Read refuses any other, so that a misspelled one is noticed.
type File struct {
	Version  string `yaml:"version"`
	Provider struct {
		Name    string `yaml:"name"`
		Gateway string `yaml:"gateway"`
	} `yaml:"provider"`
	Configuration struct {
		Copy []string `yaml:"copy"`
	} `yaml:"configuration"`
	Functions map[string]Function `yaml:"functions"`
}

// Function is one function of a stack file.
type Function struct {
	Lang        string            `yaml:"lang"`
	Handler     string            `yaml:"handler"`
	Image       string            `yaml:"image"`
	Environment map[string]string `yaml:"environment"`
	BuildArgs   map[string]string `yaml:"build_args"`
	Secrets     []string          `yaml:"secrets"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
	Requests    map[string]string `yaml:"requests"`
	Limits      map[string]string `yaml:"limits"`
	ReadOnly    bool              `yaml:"readonly_root_filesystem"`
}

// Read reads a stack file. lookup returns the value of an environment variable, or ""
// when it is not set.
func Read(path string, lookup func(name string) string) (File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, fmt.Errorf("read the stack file: %w", err)
	}
	return Parse(text, lookup)
}

// Parse is Read for the text of a stack file.
func Parse(text []byte, lookup func(name string) string) (File, error) {
	var f File
	substituted, err := envsubst.Eval(string(text), lookup)
	if err != nil {
		return f, fmt.Errorf("substitute the environment in the stack file: %w", err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(substituted)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return f, fmt.Errorf("parse the stack file: %w", err)
	}
	return f, nil
}

// Unset is a lookup without any variable.
func Unset(string) string { return "" }
