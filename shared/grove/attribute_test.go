package grove_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Enums::Ci::Pipeline.sources of GitLab 18, and one that no GitLab has.
var sources = []string{
	"unknown", "push", "web", "trigger", "schedule", "api", "external", "pipeline", "chat", "webide", "merge_request_event",
	"external_pull_request_event", "parent_pipeline", "ondemand_dast_scan", "ondemand_dast_validation",
	"security_orchestration_policy", "container_registry_push", "duo_workflow", "pipeline_execution_policy_schedule",
	"from_the_future", "",
}

// what a pipeline can run, as GitLab reports it.
var refs = map[string]fleet.Pipeline{
	"the default branch":           {Ref: "main"},
	"another branch":               {Ref: "feature"},
	"a tag of the branch's name":   {Ref: "main", Tag: true},
	"a merge request of main":      {Ref: "main", MergeRequest: 7},
	"a merge request's ref":        {Ref: "refs/merge-requests/7/head"},
	"main of a fork":               {Ref: "main", Fork: true},
	"a fork's merge request":       {Ref: "main", MergeRequest: 7, Fork: true},
	"a child of a merge request's": {Ref: "main", MergeRequest: 7, Parent: 3},
}

func TestCanDeploy_AllowsSourcesOnTheDefaultBranchOnly(t *testing.T) {
	able := []string{"push", "web", "trigger", "api", "parent_pipeline"}
	for _, source := range sources {
		for kind, p := range refs {
			p.Source = source
			want := slices.Contains(able, source) && kind == "the default branch"
			assert.Equal(t, want, grove.CanDeploy(p, "main"), "%s of %s", source, kind)
			assert.False(t, grove.CanDeploy(p, ""), "no default branch, nothing to deploy")
		}
	}
}

// Whatever the message says, only a pipeline that can deploy is about an instance.
func TestAttribute_GivesDeploymentsOnlyToPipelinesThatCanDeploy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := make([]string, 0, len(refs))
		for k := range refs {
			kinds = append(kinds, k)
		}
		slices.Sort(kinds)
		p := refs[rapid.SampledFrom(kinds).Draw(t, "ref")]
		p.Source = rapid.SampledFrom(sources).Draw(t, "source")
		message := rapid.SampledFrom([]string{
			"[AutoDeploy][Update] alpha|7", "[AutoDeploy][Create] alpha|7\n\nbecause", "[AutoDeploy][Batch] alpha|7,beta|8", "Fix a typo", "",
		}).Draw(t, "message")
		before := p
		grove.Attribute(&p, "main", message)
		if !grove.CanDeploy(before, "main") {
			assert.Equal(t, before, p)
		}
		if before.Source == "push" && before.Ref == "main" && !before.OffBranch() && message == "[AutoDeploy][Update] alpha|7" {
			assert.Equal(t, []fleet.Deployment{{Instance: "alpha", ID: "7"}}, p.Deployments)
		}
	})
}
