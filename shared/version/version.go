// Package version says which release and which commit a program was built from. The
// build sets both with the linker:
//
//	go build -ldflags "-X github.com/open-craft/ocim/shared/version.Version=3.1.0 -X github.com/open-craft/ocim/shared/version.Revision=4f1d…"
package version

// Version is the release, such as 3.1.0, or dev. Revision is the commit, or empty when
// the build did not know it.
var (
	Version  = "dev"
	Revision = ""
)

// String returns the version, followed by the first twelve digits of the revision when
// it is known: "3.1.0 (4f1d2c3b4a59)".
func String() string {
	if Revision == "" {
		return Version
	}
	return Version + " (" + Revision[:min(12, len(Revision))] + ")"
}
