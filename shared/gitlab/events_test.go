package gitlab

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func payload(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/events/" + name)
	require.NoError(t, err)
	return body
}

func utc(hour, minute, second int) time.Time {
	return time.Date(2026, 11, 2, hour, minute, second, 0, time.UTC)
}

func TestParsePipelineEvent(t *testing.T) {
	e, err := ParseEvent("Pipeline Hook", payload(t, "pipeline.json"))
	require.NoError(t, err)
	assert.EqualValues(t, 7, e.ProjectID)
	assert.Nil(t, e.Push)
	assert.Equal(t, fleet.Pipeline{
		ID: 512, IID: 88, Status: fleet.StatusRunning, StatusDetail: "running", Source: "push", Ref: "main",
		SHA: "4f1c2b7a9d3e5f60718293a4b5c6d7e8f9012345", Title: "Merge branch 'deployment/alpha/41' into 'main'",
		WebURL: "https://gitlab.example.org/grove/campus/-/pipelines/512", Parent: 510,
		CreatedAt: utc(9, 15, 0), StartedAt: utc(9, 15, 10), UpdatedAt: utc(9, 20, 30),
		Stages: []fleet.Stage{
			{Name: "build", Jobs: []fleet.Job{{ID: 9101, Name: "build-openedx", Status: fleet.StatusSuccess, StartedAt: utc(9, 15, 10), FinishedAt: utc(9, 20, 29)}}},
			{Name: "deploy", Jobs: []fleet.Job{{ID: 9102, Name: "deploy-instance: [alpha]", Status: fleet.StatusRunning, StartedAt: utc(9, 20, 30)}}},
			{Name: "check", Jobs: []fleet.Job{{ID: 9103, Name: "smoke-test: [alpha]", Status: fleet.StatusCreated}}},
		},
	}, e.Pipeline.Pipeline)
	assert.Contains(t, e.Pipeline.Message, "[AutoDeploy][Create] alpha|41")

	project := fleet.Project{ID: "campus", GitLabID: 7, DefaultBranch: "main"}
	kept := e.For(project, "key", utc(10, 0, 0))
	assert.Equal(t, fleet.EventPipeline, kept.Kind)
	assert.Equal(t, "campus", kept.Pipeline.Cluster)
	assert.Equal(t, fleet.Create, kept.Pipeline.Operation)
	assert.Equal(t, []fleet.Deployment{{Instance: "alpha", ID: "41"}}, kept.Pipeline.Deployments)
}

func TestParsePushEvent(t *testing.T) {
	e, err := ParseEvent("Push Hook", payload(t, "push.json"))
	require.NoError(t, err)
	assert.Equal(t, Event{ProjectID: 7, Push: &PushEvent{Branch: "main", After: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"}}, e)
}

func TestParseEventOfNoConcern(t *testing.T) {
	for _, kind := range []string{"", "Job Hook", "Note Hook", "System Hook", "pipeline hook"} {
		e, err := ParseEvent(kind, []byte(`{`))
		require.NoError(t, err)
		assert.Equal(t, Event{}, e)
	}
}

func TestParseEventRefuses(t *testing.T) {
	for _, tt := range []struct{ kind, body string }{
		{"Pipeline Hook", ""},
		{"Pipeline Hook", "null"},
		{"Pipeline Hook", "[]"},
		{"Pipeline Hook", "{"},
		{"Pipeline Hook", `{"object_attributes":{"id":0,"status":"running"},"project":{"id":7}}`},
		{"Pipeline Hook", `{"object_attributes":{"id":5},"project":{"id":7}}`},
		{"Pipeline Hook", `{"object_attributes":{"id":5,"status":"running"}}`},
		{"Pipeline Hook", `{"object_attributes":{"id":-5,"status":"running"},"project":{"id":7}}`},
		{"Pipeline Hook", `{"object_attributes":{"id":"5","status":"running"},"project":{"id":7}}`},
		{"Pipeline Hook", string(payload(t, "push.json"))},
		{"Push Hook", "{}"},
		{"Push Hook", `{"ref":"refs/tags/v1","project_id":7}`},
		{"Push Hook", `{"ref":"refs/heads/","project_id":7}`},
		{"Push Hook", `{"ref":"refs/heads/main"}`},
	} {
		_, err := ParseEvent(tt.kind, []byte(tt.body))
		assert.True(t, fault.Is(err, fault.Invalid), "%s %s", tt.kind, tt.body)
	}
}

// What nobody reads may have any form, and an event keeps within the store.
func TestParseEventIsLenientAndBounded(t *testing.T) {
	var builds []string
	for i := range 3000 {
		builds = append(builds, fmt.Sprintf(`{"id":%d,"stage":"s","name":%q,"status":"created","duration":"long","runner":[]}`, i+1, strings.Repeat("ü", 400)))
	}
	body := `{"object_attributes":{"id":5,"status":"new_in_gitlab_20","duration":1.5,"variables":{},"created_at":"yesterday"},"project":{"id":7},"user":[],"builds":[` + strings.Join(builds, ",") + `]}`
	e, err := ParseEvent("Pipeline Hook", []byte(body))
	require.NoError(t, err)
	p := e.Pipeline.Pipeline
	assert.Equal(t, "new_in_gitlab_20", string(p.Status))
	assert.True(t, p.CreatedAt.IsZero())
	require.Len(t, p.Stages, 1)
	assert.Len(t, p.Stages[0].Jobs, maxEventJobs)
	assert.LessOrEqual(t, len(p.Stages[0].Jobs[0].Name), maxEventText)
}

func TestParseTime(t *testing.T) {
	want := time.Date(2016, 8, 12, 15, 23, 28, 0, time.UTC)
	for _, s := range []string{"2016-08-12 15:23:28 UTC", "2016-08-12T15:23:28Z", "2016-08-12T17:23:28+02:00", "2016-08-12 17:23:28 +0200", "2016-08-12T15:23:28.000Z"} {
		assert.Equal(t, want, parseTime(s), s)
	}
	for _, s := range []string{"", "null", "12.8.2016", "2016-08-12"} {
		assert.True(t, parseTime(s).IsZero(), s)
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add("Pipeline Hook", payload(f, "pipeline.json"))
	f.Add("Push Hook", payload(f, "push.json"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		e, err := ParseEvent(kind, body)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v is not Invalid", err)
			}
			return
		}
		kept := e.For(fleet.Project{ID: "campus", DefaultBranch: "main"}, "key", time.Time{})
		if kept.Kind != "" && e.ProjectID <= 0 {
			t.Fatalf("an event without a project: %+v", e)
		}
		if _, err := json.Marshal(kept); err != nil {
			t.Fatal(err)
		}
	})
}

// bigEvent is a pipeline event as GitLab writes it, with so many jobs.
func bigEvent(jobs int) []byte {
	var b strings.Builder
	b.WriteString(`{"object_kind":"pipeline","object_attributes":{"id":512,"iid":88,"ref":"main","tag":false,"sha":"4f1c2b7a9d3e5f60718293a4b5c6d7e8f9012345","source":"push","status":"running","stages":["build"],"created_at":"2026-11-02T09:15:00.123Z","finished_at":null,"variables":[]},"project":{"id":7,"path_with_namespace":"grove/campus"},"commit":{"title":"x","message":"[AutoDeploy][Update] alpha|7"},"builds":[`)
	for i := jobs; i > 0; i-- {
		if i < jobs {
			b.WriteByte(',')
		}
		status := "success"
		if i == 3 {
			status = "failed"
		}
		fmt.Fprintf(&b, `{"id":%d,"stage":"build","name":"deploy-instance: [campus-%d]","status":%q,"created_at":"2026-11-02T09:15:00.000Z","started_at":"2026-11-02T09:16:00.000Z","finished_at":"2026-11-02T09:20:30.500Z","duration":270.5,"queued_duration":60.25,"failure_reason":null,"when":"on_success","manual":false,"allow_failure":false,"user":{"id":4,"name":"Grove","username":"project_7_bot","avatar_url":"https://www.gravatar.com/avatar/13efe0d4559475ba84ecc802061febbdea6e224fcbffd7ec7da9cd431845299c?s=80&d=identicon","email":"[REDACTED]"},"runner":{"id":12,"description":"grove-runner","runner_type":"project_type","active":true,"is_shared":false,"tags":["grove","docker","large"]},"artifacts_file":{"filename":null,"size":null},"environment":null}`, i, i, status)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

// Beside the body itself, an event takes the memory of what is kept of it, however
// many jobs there are; a failed job is kept before the others.
func TestParseEvent_OfManyJobsTakesLittleMemory(t *testing.T) {
	for _, jobs := range []int{1000, 5000, 20_000} {
		body := bigEvent(jobs)
		runtime.GC()
		var before, peak runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		old := debug.SetGCPercent(10)
		e, err := ParseEvent("Pipeline Hook", body)
		took := time.Since(start)
		runtime.ReadMemStats(&peak)
		debug.SetGCPercent(old)
		require.NoError(t, err)
		used := int64(peak.HeapAlloc) - int64(before.HeapAlloc)
		t.Logf("%d jobs, %.1f MiB: read in %s, %d KiB beside the body", jobs, float64(len(body))/(1<<20), took, used>>10)
		assert.Less(t, used, int64(8<<20))
		p := e.Pipeline.Pipeline
		assert.Len(t, p.Stages[0].Jobs, min(jobs, maxEventJobs))
		assert.True(t, slices.ContainsFunc(p.Stages[0].Jobs, func(j fleet.Job) bool { return j.Status == fleet.StatusFailed }))
		assert.Equal(t, time.Date(2026, 11, 2, 9, 20, 30, 500e6, time.UTC), p.UpdatedAt, "milliseconds are read")
	}
}

// What GitLab says of tags, merge requests and forks stays with the pipeline, and
// such a pipeline is about no instance.
func TestParseEvent_MarksWhatIsNotTheBranch(t *testing.T) {
	const message = `"commit":{"title":"x","message":"[AutoDeploy][Update] alpha|7"}`
	for name, tt := range map[string]struct {
		attributes, rest string
		want             fleet.Pipeline
		deploys          bool
	}{
		"the branch":        {`"tag":false`, `"merge_request":null`, fleet.Pipeline{}, true},
		"a tag":             {`"tag":true`, `"merge_request":null`, fleet.Pipeline{Tag: true}, false},
		"a merge request":   {`"tag":false`, `"merge_request":{"iid":7,"source_project_id":7,"target_project_id":7}`, fleet.Pipeline{MergeRequest: 7}, false},
		"a fork's":          {`"tag":false`, `"merge_request":{"iid":7,"source_project_id":9,"target_project_id":7}`, fleet.Pipeline{MergeRequest: 7, Fork: true}, false},
		"types it may have": {`"tag":"no","stages":{}`, `"merge_request":[]`, fleet.Pipeline{}, true},
	} {
		body := `{"object_attributes":{"id":5,"status":"success","ref":"main","source":"push",` + tt.attributes + `},"project":{"id":7},` + message + `,` + tt.rest + `}`
		e, err := ParseEvent("Pipeline Hook", []byte(body))
		require.NoError(t, err, name)
		p := e.For(fleet.Project{ID: "campus", DefaultBranch: "main"}, "key", time.Time{}).Pipeline
		assert.Equal(t, []any{tt.want.Tag, tt.want.MergeRequest, tt.want.Fork}, []any{p.Tag, p.MergeRequest, p.Fork}, name)
		assert.Equal(t, tt.deploys, len(p.Deployments) > 0, name)
	}
}
