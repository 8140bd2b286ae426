package grove

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func deployments(pairs ...string) []fleet.Deployment {
	var out []fleet.Deployment
	for _, p := range pairs {
		name, id, _ := strings.Cut(p, "|")
		out = append(out, fleet.Deployment{Instance: name, ID: id})
	}
	return out
}

func TestParseMessage(t *testing.T) {
	tests := []struct {
		message string
		want    Message
	}{
		{"Merge branch 'deployment/demo/41' into 'main'", Message{Operation: fleet.Create, Deployments: deployments("demo|41"), MergedInto: "main"}},
		{
			"Merge branch 'deployment/demo/41' into 'main'\n\n[AutoDeploy][Create] demo|41\n\nSee merge request grove/campus!7",
			Message{Operation: fleet.Create, Deployments: deployments("demo|41"), MergedInto: "main"},
		},
		{
			"Merge branch 'deployment/demo/41' into 'main'\n\n[AutoDeploy][Archive] demo\n",
			Message{Operation: fleet.Archive, Deployments: deployments("demo|41"), MergedInto: "main"},
		},
		{"Merge branch 'deployment/demo/41'", Message{Operation: fleet.Create, Deployments: deployments("demo|41")}},
		{"[AutoDeploy][Create] a|1,b|2", Message{Operation: fleet.Create, Deployments: deployments("a|1", "b|2")}},
		{"[AutoDeploy][Update] a|1", Message{Operation: fleet.Update, Deployments: deployments("a|1")}},
		{"[AutoDeploy][Update] a|1, b|2 ,c", Message{Operation: fleet.Update, Deployments: deployments("a|1", "b|2", "c")}},
		{"[AutoDeploy][Update] a|1 new theme, see b|2", Message{Operation: fleet.Update, Deployments: deployments("a|1")}},
		{"[AutoDeploy][Update] a|1 - by Ann", Message{Operation: fleet.Update, Deployments: deployments("a|1")}},
		{"[AutoDeploy][Update] a (theme)", Message{Operation: fleet.Update, Deployments: deployments("a")}},
		{"[AutoDeploy][Update] a|", Message{Operation: fleet.Update, Deployments: deployments("a")}},
		{"[AutoDeploy][Update] a,a|7", Message{Operation: fleet.Update, Deployments: deployments("a|7")}},
		{"[AutoDeploy][Update] upgrade everything", Message{Operation: fleet.Update}},
		{"[AutoDeploy][Update]", Message{Operation: fleet.Update}},
		{"[AutoDeploy][Archive] demo", Message{Operation: fleet.Archive, Deployments: deployments("demo")}},
		{"[AutoDeploy][Delete] demo no longer paid", Message{Operation: fleet.Delete, Deployments: deployments("demo")}},
		{"[AutoDeploy][Delete] demo, other", Message{Operation: fleet.Delete, Deployments: deployments("demo", "other")}},
		{"[AutoDeploy] demo:12 - deploy", Message{Operation: fleet.Update, Deployments: deployments("demo|12")}},
		{"[AutoDeploy] demo: 12", Message{Operation: fleet.Update, Deployments: deployments("demo|12")}},
		{"[AutoDeploy] a|1,b|2", Message{Operation: fleet.Update, Deployments: deployments("a|1", "b|2")}},
		{"[autodeploy] [UPDATE]  a|1", Message{Operation: fleet.Update, Deployments: deployments("a|1")}},
		{"Fix theme\n\n[AutoDeploy][Update] a|1\n", Message{Operation: fleet.Update, Deployments: deployments("a|1")}},
		{"[AutoDeploy][Whatever] a|1", Message{Operation: fleet.Update, Deployments: deployments("a|1")}},
		{
			"[AutoDeploy][Build][Image] https://github.com/openedx/edx-platform.git|open-release/teak.2",
			Message{Operation: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform.git", Branch: "open-release/teak.2"},
		},
		{"[AutoDeploy][Build][Image] rebuild", Message{Operation: fleet.BuildImages}},
		{"[AutoDeploy][Infrastructure] more nodes", Message{Operation: fleet.Reprovision}},
		{"Merge branch 'feature' into 'main'", Message{}},
		{"Update README", Message{}},
		{"AutoDeploy a|1", Message{}},
		{"", Message{}},
		{"\x00\xff[AutoDeploy", Message{}},
		{"[AutoDeploy][Update] " + strings.Repeat("n", 200) + "|1", Message{Operation: fleet.Update}},
	}
	for _, tt := range tests {
		t.Run(tt.message, func(t *testing.T) {
			assert.Equal(t, tt.want, ParseMessage(tt.message))
		})
	}
}

// What Plan writes, ParseMessage reads.
func FuzzMessageRoundTrip(f *testing.F) {
	f.Add("demo", "12", "other_1", "13", "a reason\n[AutoDeploy][Delete] x|1")
	f.Fuzz(func(t *testing.T, a, idA, b, idB, note string) {
		r := Request{
			Kind: fleet.Update, Ref: "main", Note: note, Deployments: deployments(a+"|"+idA, b+"|"+idB),
			Actions: []Action{{Action: CreateFile, Path: InstanceFile(a, ConfigFile)}},
		}
		r.Deployments = []fleet.Deployment{{Instance: a, ID: idA}, {Instance: b, ID: idB}}
		call, err := Plan(nil, r)
		if err != nil {
			return
		}
		title, _, _ := strings.Cut(call.Commit.Message, "\n")
		for _, text := range []string{title, call.Commit.Message} {
			m := ParseMessage(text)
			require.Equal(t, fleet.Update, m.Operation)
			require.Equal(t, r.Deployments, m.Deployments)
		}
	})
}

func FuzzParseMessage(f *testing.F) {
	f.Add("[AutoDeploy][Create] a|1,b|2\n\nMerge branch 'deployment/a/1' into 'main'")
	f.Fuzz(func(t *testing.T, message string) {
		m := ParseMessage(message)
		if m.Operation == "" && len(m.Deployments) > 0 {
			t.Fatalf("deployments without an operation: %+v", m)
		}
		seen := map[string]bool{}
		for _, d := range m.Deployments {
			if d.Instance == "" || seen[d.Instance] {
				t.Fatalf("instance twice or empty: %+v", m)
			}
			seen[d.Instance] = true
		}
	})
}
