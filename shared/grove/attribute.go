package grove

import "github.com/open-craft/ocim/shared/fleet"

// deploying are the sources of GitLab (Enums::Ci::Pipeline.sources) whose
// pipelines can deploy with Grove, when they run on the default branch:
//
//   - push: Grove's own commits, and those of people;
//   - web, api: a person or Ocim starts a pipeline of the branch's head;
//   - trigger: Grove's requests (create, archive, delete, build images);
//   - parent_pipeline: the child pipeline that Grove generates, which deploys.
//
// All others cannot: schedule, pipeline (another project's), merge_request_event,
// external, external_pull_request_event, chat, webide, ondemand_dast_scan,
// ondemand_dast_validation, security_orchestration_policy,
// container_registry_push, duo_workflow, pipeline_execution_policy_schedule,
// unknown, and whatever a later GitLab adds.
var deploying = map[string]bool{"push": true, "web": true, "api": true, "trigger": true, "parent_pipeline": true}

// CanDeploy reports whether a pipeline can deploy: it has a source that can, and
// runs on the default branch of the project itself. Nothing but such a pipeline
// decides the state of an operation, an instance or a cluster's queue.
func CanDeploy(p fleet.Pipeline, defaultBranch string) bool {
	return deploying[p.Source] && defaultBranch != "" && p.Ref == defaultBranch && !p.OffBranch()
}

// Attribute derives what a pipeline does from the message of its commit. One that
// was triggered runs on whatever commit was the head: that commit's message is
// not about it.
func Attribute(p *fleet.Pipeline, defaultBranch, message string) {
	if !CanDeploy(*p, defaultBranch) || p.Source == "trigger" {
		return
	}
	said := ParseMessage(message)
	p.Operation, p.Deployments = said.Operation, said.Deployments
}
