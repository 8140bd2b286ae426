package deployment

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// The same source builds the same program, wherever it lies.
func TestImage_BuildsReproducibly(t *testing.T) {
	t.Parallel()
	first := program(t, "webhook")
	dir := filepath.Join(t.TempDir(), "another", "place")
	layOut(t, dir, "webhook")
	second := filepath.Join(dir, "out", "handler")
	build := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "build.sh"), second, "9.8.7", "0123456789abcdef")
	build.Env = append(os.Environ(), "GOWORK=", "GOFLAGS=")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	one, err := os.ReadFile(first)
	require.NoError(t, err)
	other, err := os.ReadFile(second)
	require.NoError(t, err)
	assert.True(t, string(one) == string(other), "the programs differ")
}

// fake puts a program first in the path of a command.
func fake(t *testing.T, cmd *exec.Cmd, name, script string) {
	t.Helper()
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script), 0o755))
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "PATH="+bin+":"+os.Getenv("PATH"))
}

// unpinned is the base image whose digest only a release looks up: its tag is a version,
// which its publisher does not move.
const unpinned = "ghcr.io/openfaas/of-watchdog:"

var pinnedImage = regexp.MustCompile(`^FROM --platform=\S+ (\S+:\S+)@sha256:[0-9a-f]{64}( AS \w+)?\n$`)

// Every base image of both Dockerfiles is pinned by its digest, and one name by one digest, which
// Renovate keeps current.
func TestDockerfiles_PinBaseImages(t *testing.T) {
	t.Parallel()
	digests := map[string]string{}
	for _, source := range []string{filepath.Join(template, "Dockerfile"), filepath.Join(machine, "Dockerfile")} {
		text, err := os.ReadFile(source)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "FROM ") || strings.Contains(line, " "+unpinned) {
				continue
			}
			match := pinnedImage.FindStringSubmatch(line)
			if !assert.NotNil(t, match, "%s: %s", source, line) {
				continue
			}
			_, digest, _ := strings.Cut(strings.Fields(line)[2], "@")
			if before, seen := digests[match[1]]; seen {
				assert.Equal(t, before, digest, match[1])
			}
			digests[match[1]] = digest
		}
	}
	assert.Len(t, digests, 3)
	renovate, err := os.ReadFile(filepath.Join(root, ".github", "renovate.json"))
	require.NoError(t, err)
	assert.Contains(t, string(renovate), `"docker:pinDigests"`, "what keeps the digests current")
}

// Both images say what they are, and keep what is built before the sources change: modules in
// a layer of their own or a cache, compiled packages in a cache.
func TestDockerfiles_LabelImagesAndCacheBuilds(t *testing.T) {
	t.Parallel()
	for _, source := range []string{filepath.Join(template, "Dockerfile"), filepath.Join(machine, "Dockerfile")} {
		raw, err := os.ReadFile(source)
		require.NoError(t, err)
		text := string(raw)
		for _, label := range []string{"title", "description", "licenses", "source", `version="$VERSION"`, `revision="$REVISION"`} {
			assert.Contains(t, text, "org.opencontainers.image."+label, source)
		}
		assert.Contains(t, text, "--mount=type=cache,target=/root/.cache/go-build", source)
		layer := strings.Index(text, "go mod download")
		if !strings.Contains(text, "--mount=type=cache,target=/go/pkg/mod") {
			assert.Positive(t, layer, "%s: modules are neither a layer nor cached", source)
			assert.Less(t, layer, strings.Index(text, "COPY . ."), source)
		}
		assert.Regexp(t, `(?m)^USER 65532:65532$`, text, source)
	}
}

// A release pins what is not pinned yet by what its tag leads to, and changes nothing else.
func TestPin_PinsEveryBaseImage(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("ab", 32)
	for _, source := range []string{filepath.Join(template, "Dockerfile"), filepath.Join(machine, "Dockerfile")} {
		text, err := os.ReadFile(source)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "Dockerfile")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(root, ".ci", "pin.sh"), file)
		fake(t, cmd, "docker", `[ "$1 $2 $3" = "buildx imagetools inspect" ] && [ "$5" = --format ] && echo `+digest)
		output, err := cmd.CombinedOutput()
		require.NoError(t, err, string(output))
		pinned, err := os.ReadFile(file)
		require.NoError(t, err)
		bases := 0
		for line := range strings.Lines(string(pinned)) {
			if strings.HasPrefix(line, "FROM ") {
				bases++
				assert.Regexp(t, pinnedImage, line, source)
				assert.Contains(t, string(output), file+": "+strings.Fields(line)[2]+"\n")
				assert.Equal(t, strings.Contains(line, " "+unpinned), strings.Contains(line, "@"+digest), line)
			}
		}
		assert.GreaterOrEqual(t, bases, 3, source)
		assert.Equal(t, string(text), strings.ReplaceAll(string(pinned), "@"+digest, ""), "nothing else changes")
	}
	cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(root, ".ci", "pin.sh"), filepath.Join(template, "Dockerfile"))
	fake(t, cmd, "docker", "echo unknown")
	output, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(output), "unknown is not a digest")
}

// A database that can't be reached is reported as such and fails nothing; a vulnerability does.
func TestVulnerabilities_SaysWhatWasNotChecked(t *testing.T) {
	t.Parallel()
	run := func(goSays, npmSays string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(root, ".ci", "vulnerabilities.sh"))
		bin := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(bin, "go"), []byte("#!/bin/sh\n"+goSays), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(bin, "npm"), []byte("#!/bin/sh\n"+npmSays), 0o755))
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	output, err := run(`echo 'govulncheck: fetching vulnerabilities: dial tcp: no such host'; exit 1`, `echo 'npm error audit endpoint returned an error'; exit 1`)
	require.NoError(t, err, output)
	assert.Equal(t, 2, strings.Count(output, "NOT CHECKED"), output)
	output, err = run(`exit 0`, `echo 'minimist <0.2.4 critical'; exit 1`)
	require.Error(t, err)
	assert.Contains(t, output, "minimist")
	assert.NotContains(t, output, "NOT CHECKED")
	output, err = run(`exit 0`, `exit 0`)
	require.NoError(t, err)
	assert.Equal(t, 12, strings.Count(output, "no known vulnerabilities"), output)
}

// The workflow of a release is what GitHub reads, and publishes every image with its bill
// of materials.
func TestRelease_PublishesEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, ".github", "workflows", "release.yml"))
	require.NoError(t, err)
	var workflow struct {
		Name        string
		Permissions map[string]string
		Jobs        map[string]struct {
			Steps []struct{ Name, Uses, Run string }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &workflow))
	var script strings.Builder
	for _, step := range workflow.Jobs["images"].Steps {
		assert.True(t, (step.Uses == "") != (step.Run == ""), "a step uses an action or runs something: %+v", step)
		script.WriteString(step.Run + "\n")
		if step.Run != "" {
			cmd := exec.CommandContext(t.Context(), "bash", "-n")
			cmd.Stdin = strings.NewReader(step.Run)
			output, err := cmd.CombinedOutput()
			require.NoError(t, err, string(output))
		}
	}
	for _, part := range []string{
		"faas-cli publish -f stack.yml --platforms linux/amd64,linux/arm64", "faas-cli publish -f functions/inspector/deploy/stack.yml",
		"docker buildx build --push --platform linux/amd64,linux/arm64", "sh .ci/pin.sh", "make sbom", "make vulnerabilities", "build/sbom/*.cdx.json",
	} {
		assert.Contains(t, script.String(), part)
	}
}

// A bill of materials names what the program links, with versions.
func TestSBOM_NamesWhatAProgramLinks(t *testing.T) {
	if testing.Short() {
		t.Skip("it downloads and builds a tool")
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(root, ".ci", "sbom.sh"), "webhook")
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, string(output))
	text, err := os.ReadFile(filepath.Join(root, "build", "sbom", "ocim-webhook.cdx.json"))
	require.NoError(t, err)
	var bom struct {
		BOMFormat  string
		Components []struct{ Name, Version, PURL string }
	}
	require.NoError(t, json.Unmarshal(text, &bom))
	assert.Equal(t, "CycloneDX", bom.BOMFormat)
	linked := map[string]string{}
	for _, c := range bom.Components {
		linked[c.Name] = c.Version
	}
	assert.NotEmpty(t, linked["github.com/xanzy/go-gitlab"])
	assert.NotEmpty(t, linked["std"])
	assert.Empty(t, linked["github.com/stretchr/testify"], "what only tests use is not in the image")
}
