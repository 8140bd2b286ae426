package openedx

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/pattern"
)

// Release is a named release of Open edX.
type Release struct {
	Name   string `yaml:"name"`
	Tutor  int    `yaml:"tutor"`  // major version of Tutor that installs it
	Prefix string `yaml:"prefix"` // before its name in a git reference
	Source string `yaml:"source"`
}

// Releases is the table of named releases, oldest first.
var Releases = sync.OnceValue(func() []Release { return mustLoad[[]Release]("releases.yml") })

// releaseOfTutor names the release that a major version of Tutor installs, empty
// when the table has none.
func releaseOfTutor(major int) string {
	for _, r := range Releases() {
		if r.Tutor == major {
			return r.Name
		}
	}
	return ""
}

// tutorOfRelease gives the major version of Tutor for a release such as teak or
// teak.2, zero when the table does not have it.
func tutorOfRelease(release string) int {
	family, _, _ := strings.Cut(release, ".")
	for _, r := range Releases() {
		if r.Name == family {
			return r.Tutor
		}
	}
	return 0
}

// Clues are the places of an instance's files that can name its release. Each may
// be empty.
type Clues struct {
	CommonVersion   string // OPENEDX_COMMON_VERSION
	PlatformVersion string // EDX_PLATFORM_VERSION
	Requirements    string // text of requirements.txt
	TutorVersion    string // TUTOR_VERSION
	PlatformImage   string // DOCKER_IMAGE_OPENEDX
}

// ReleaseFrom names the release, and the key or file that it was read from. The
// order is that of Clues: what installs the platform's code counts before what
// installs Tutor. A reference that names no known release is given as it stands.
// Both results are empty when they cannot be determined.
func ReleaseFrom(c Clues) (release, source string) {
	if name := releaseOfReference(c.CommonVersion); name != "" {
		return name, "OPENEDX_COMMON_VERSION"
	}
	if name := releaseOfReference(c.PlatformVersion); isKnown(name) {
		return name, "EDX_PLATFORM_VERSION"
	}
	if found := familyDotted().FindString(strings.ToLower(c.PlatformVersion)); isKnown(found) {
		return found, "EDX_PLATFORM_VERSION"
	}
	for _, clue := range []struct{ version, source string }{
		{TutorRequirement(c.Requirements), "requirements.txt"},
		{c.TutorVersion, "TUTOR_VERSION"},
		{imageTag(c.PlatformImage), "DOCKER_IMAGE_OPENEDX"},
	} {
		if name := releaseOfTutorVersion(clue.version); name != "" && (clue.source != "DOCKER_IMAGE_OPENEDX" || isKnown(name)) {
			return name, clue.source
		}
	}
	return "", ""
}

var (
	familyDotted = pattern.Lazy(`\b[a-z]{3,}\.(?:master|[0-9]+(?:\.[0-9]+)?(?:-?(?:rc|alpha|beta)\.?[0-9]*)?)\b`)
	commitHash   = pattern.Lazy(`^[0-9a-f]{7,64}$`)
	tutorNumber  = pattern.Lazy(`^v?([0-9]{1,2})(?:[.*]|$)`)
)

// branches are references that follow development. Tutor calls its own main or nightly.
func isBranch(name string) bool {
	switch strings.ToLower(name) {
	case "master", "main", "nightly":
		return true
	}
	return false
}

// isKnown reports whether a name is a release of the table, with or without a
// number, or a branch of development.
func isKnown(name string) bool { return name != "" && (isBranch(name) || tutorOfRelease(name) > 0) }

// releaseOfReference takes the release out of a git reference.
func releaseOfReference(reference string) string {
	name := strings.TrimSpace(reference)
	if name == "" || strings.Contains(name, "{{") || strings.Contains(name, "{%") {
		return "" // a template follows another key
	}
	for _, prefix := range []string{"refs/tags/", "refs/heads/", "origin/", "open-release/", "release/"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return shorten(name, 60)
}

// releaseOfTutorVersion names the release of a version, or of a branch, of Tutor.
func releaseOfTutorVersion(version string) string {
	if version == "" || strings.Contains(version, "{{") {
		return ""
	}
	if found := tutorNumber().FindStringSubmatch(version); found != nil {
		major, _ := strconv.Atoi(found[1])
		if name := releaseOfTutor(major); name != "" {
			return name
		}
		return "tutor " + shorten(version, 40)
	}
	if isBranch(version) {
		return "master"
	}
	if name := releaseOfReference(version); isKnown(name) {
		return name
	}
	if commitHash().MatchString(version) {
		return ""
	}
	return shorten(version, 60)
}

var (
	// tutor==20.0.1, tutor[full]>=19,<20, tutor-openedx==12.2.0
	tutorPin = pattern.Lazy(`(?mi)^[ \t]*tutor(?:-openedx)?(?:\[[^\]\n]*\])?[ \t]*(?:[=~]=|===|>=|<=|<)[ \t]*v?([0-9][0-9A-Za-z.*+-]*)`)
	// git+https://github.com/overhangio/tutor.git@ulmo, tutor @ git+https://…/tutor@v21.0.8
	tutorGit = pattern.Lazy(`(?mi)^[^#\n]*/tutor(?:\.git)?@([0-9A-Za-z][0-9A-Za-z._/+-]*)`)
)

// TutorRequirement gives the version, branch or tag of Tutor that a requirements.txt
// names, empty when it names none.
func TutorRequirement(requirements string) string {
	for _, form := range []func() *regexp.Regexp{tutorPin, tutorGit} {
		if found := form().FindStringSubmatch(requirements); found != nil {
			version := found[1]
			if rest, ok := strings.CutPrefix(version, "v"); ok && tutorNumber().MatchString(rest) {
				version = rest
			}
			return version
		}
	}
	return ""
}

// TutorMajor gives the major version of Tutor for a version such as 20.0.1, for a
// release such as teak.2 or a branch of that name; zero when it is not known.
func TutorMajor(version string) int {
	if found := tutorNumber().FindStringSubmatch(strings.TrimSpace(version)); found != nil {
		major, _ := strconv.Atoi(found[1])
		return major
	}
	return tutorOfRelease(releaseOfReference(version))
}

// ReleaseOfImage names the release that the tag of an image of the platform names,
// empty when it names none that is known.
func ReleaseOfImage(image string) string {
	if name := releaseOfTutorVersion(imageTag(image)); isKnown(name) {
		return name
	}
	return ""
}

func imageTag(image string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(image), "@")
	_, tag, _ := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ":")
	return tag
}

// shorten cuts a text after so many bytes, not inside a character.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

// IsRelease reports whether a text is a release of the table, such as teak or teak.2.
func IsRelease(name string) bool { return tutorOfRelease(name) > 0 }
