package grove

import (
	"path"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/order"
)

// Files of a repository.
const (
	ClusterFile      = "cluster.yml"
	ConfigFile       = "config.yml"
	GroveFile        = "grove.yml"
	RequirementsFile = "requirements.txt"
)

// InstanceFiles are the files of an instance that Ocim reads, by their name in
// its folder.
func InstanceFiles() []string { return []string{ConfigFile, GroveFile, RequirementsFile} }

// InstanceFile gives the path of an instance's file.
func InstanceFile(instance, file string) string { return "instances/" + instance + "/" + file }

// InstancePath splits `instances/<instance>/<file>`. It is false for any other
// path and for one that is not clean.
func InstancePath(p string) (instance, file string, ok bool) {
	rest, found := strings.CutPrefix(p, "instances/")
	if !found || path.Clean(p) != p || strings.ContainsAny(p, "\x00\\") {
		return "", "", false
	}
	instance, file, _ = strings.Cut(rest, "/")
	return instance, file, instance != "" && file != ""
}

// Wanted reports whether a file of a repository is one that Ocim reads.
func Wanted(p string) bool {
	if p == ClusterFile {
		return true
	}
	if strings.HasPrefix(p, "defaults/") && path.Clean(p) == p {
		return true
	}
	_, file, ok := InstancePath(p)
	return ok && slices.Contains(InstanceFiles(), file)
}

// Repository is what the wanted files of one commit are sorted into.
type Repository struct {
	Cluster   []fleet.SourceFile            // cluster.yml, if it exists, and defaults
	Instances map[string][]fleet.SourceFile // by name
	Problems  []fleet.FileProblem           // folders whose name cannot be an instance's; they are left out
}

// Sort puts files where they belong. Unwanted ones are ignored.
func Sort(files []fleet.SourceFile) Repository {
	r := Repository{Instances: map[string][]fleet.SourceFile{}}
	bad := map[string]bool{}
	for _, f := range files {
		instance, _, ok := InstancePath(f.Path)
		switch {
		case !Wanted(f.Path):
		case !ok:
			r.Cluster = append(r.Cluster, f)
		case ValidateName(instance) == nil:
			r.Instances[instance] = append(r.Instances[instance], f)
		case !bad[instance]:
			bad[instance] = true
			r.Problems = append(r.Problems, fleet.FileProblem{
				File: f.Path, Message: "The folder's name cannot be that of an instance: " + ValidateName(instance).Error() + ".",
			})
		}
	}
	return r
}

// find gives the text of a file by its name, nil when it is not there.
func find(files []fleet.SourceFile, name string) *fleet.SourceFile {
	for i := range files {
		if files[i].Path == name || path.Base(files[i].Path) == name && strings.HasPrefix(files[i].Path, "instances/") {
			return &files[i]
		}
	}
	return nil
}

// files masks files for storing, in the order of their paths.
func (m *Masker) files(files []fleet.SourceFile) []fleet.File {
	out := make([]fleet.File, 0, len(files))
	for _, f := range files {
		file := fleet.File{Path: f.Path, Text: m.Mask(f.Path, f.Text)}
		if isYAML(f.Path) {
			_, file.Problems = m.Read(f.Path, f.Text)
		}
		out = append(out, file)
	}
	order.Sort(out, func(a, b fleet.File) int { return strings.Compare(a.Path, b.Path) })
	return out
}
