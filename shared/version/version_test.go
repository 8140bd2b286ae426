package version

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestString(t *testing.T) {
	version, revision := Version, Revision
	t.Cleanup(func() { Version, Revision = version, revision })
	for want, c := range map[string][2]string{
		"dev":                  {"dev", ""},
		"3.1.0 (4f1d2c3b4a59)": {"3.1.0", "4f1d2c3b4a5968778695a4b3c2d1e0f001122334"},
		"3.1.0 (4f1d)":         {"3.1.0", "4f1d"},
	} {
		Version, Revision = c[0], c[1]
		assert.Equal(t, want, String())
	}
}
