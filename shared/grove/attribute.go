package grove

import "github.com/open-craft/ocim/shared/fleet"

// Attribute tells what a pipeline does from the message of its commit. Only
// pipelines of the default branch deploy. One that was triggered or scheduled
// runs on whatever commit was the head: that commit's message is not about it.
func Attribute(p *fleet.Pipeline, defaultBranch, message string) {
	if p.Ref != defaultBranch || p.Source == "trigger" || p.Source == "schedule" {
		return
	}
	said := ParseMessage(message)
	p.Operation, p.Deployments = said.Operation, said.Deployments
}
