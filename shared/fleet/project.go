package fleet

import (
	"cmp"
	"time"
)

// Unread is the cluster of a project before its first sync.
func Unread(p Project) Cluster {
	return Cluster{
		ID: p.ID, Name: p.ID, ProjectID: p.GitLabID, ProjectPath: p.Path, ProjectURL: p.WebURL,
		Lifecycle: Pending, Online: Online{State: "unknown"},
	}
}

// Project is a GitLab repository that an administrator added. Only an
// administrator changes it; no sync does. Credentials are sealed apart.
type Project struct {
	ID            string            `json:"id" doc:"Slug, shared with the cluster" example:"campus-aws"`
	GitLabURL     string            `json:"gitlabUrl" doc:"Root of the GitLab server" example:"https://gitlab.example.org"`
	GitLabID      int64             `json:"gitlabId" doc:"Project id on that server"`
	Path          string            `json:"path" doc:"Path with namespace" example:"grove/campus-aws"`
	WebURL        string            `json:"webUrl"`
	DefaultBranch string            `json:"defaultBranch"`
	GatewayURL    string            `json:"gatewayUrl,omitempty" doc:"OpenFaaS gateway inside the cluster"`
	Overrides     map[string]string `json:"overrides,omitempty" doc:"Facts and links that an operator set by hand"`
	Contract      *Contract         `json:"contract,omitempty" doc:"How this project's Grove is spoken to; absent is the default"`
	Usage         *UsageContract    `json:"usage,omitempty" doc:"How Ocim requests and parses the cluster's usage report; absent is the default"`
	DeployKey     *DeployKey        `json:"deployKey,omitempty" doc:"Key that may write to the repository; its private part is never given out"`
	CreatedAt     time.Time         `json:"createdAt"`
	UpdatedAt     time.Time         `json:"updatedAt"`
}

// Follow takes over what GitLab says of a project that was renamed or moved, or
// whose default branch is another one, and reports whether anything changed. An
// emptied repository keeps the name of its default branch.
func (p *Project) Follow(now Project) bool {
	now.DefaultBranch = cmp.Or(now.DefaultBranch, p.DefaultBranch)
	if p.Path == now.Path && p.WebURL == now.WebURL && p.DefaultBranch == now.DefaultBranch {
		return false
	}
	p.Path, p.WebURL, p.DefaultBranch = now.Path, now.WebURL, now.DefaultBranch
	return true
}

// DeployKey is the public half of a project's deploy key.
type DeployKey struct {
	Fingerprint string    `json:"fingerprint" example:"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"`
	PublicKey   string    `json:"publicKey" doc:"In the form of authorized_keys"`
	GitLabID    int64     `json:"gitlabId,omitempty" doc:"Id at GitLab; absent when Ocim did not register it"`
	AddedAt     time.Time `json:"addedAt"`
}

// Contract defines how Ocim triggers each operation. It is data, so that a
// cluster on another version of Grove needs no other version of Ocim. What is missing takes
// its default from the grove package.
type Contract struct {
	Operations       map[OperationKind]Mechanism `json:"operations,omitempty"`
	Routes           []Route                     `json:"routes,omitempty" doc:"How a create hands its settings on; the first that takes a setting counts. Absent is the default"`
	AllowReprovision bool                        `json:"allowReprovision,omitempty" doc:"Whether administrators may reprovision the cluster from here"`
	Secrets          SecretRules                 `json:"secrets,omitzero" doc:"Keys that are secret, or are not, besides those that Ocim knows"`
}

// SecretRules are keys whose values an administrator declared secret, or not. Each is
// a key, or a pattern with * for any rest, in any case. Mask wins over Show.
type SecretRules struct {
	Mask []string `json:"mask,omitempty" maxItems:"50" doc:"Keys whose values are secret; * stands for any rest" example:"[\"ACME_LICENSE\"]"`
	Show []string `json:"show,omitempty" maxItems:"50" doc:"Keys whose values are not secret, though their names look like it"`
}

// Route says by which key of a trigger's payload settings are handed on, and to
// which file Grove writes them.
type Route struct {
	Keys   []string `json:"keys,omitempty" doc:"Settings that take it; * at the end stands for any rest. Without any it takes what carries its prefix already"`
	Prefix string   `json:"prefix" doc:"What stands before a setting in the payload, unless it does already" example:"TUTOR_"`
	File   string   `json:"file,omitempty" enum:"config.yml,grove.yml" doc:"File of the instance that Grove writes it to; absent is none: a variable of the pipeline"`
}

// Mechanism is how one operation reaches GitLab. Values of Variables and
// Message are templates over {instance}, {deploymentId}, {repository}, {branch}
// and {entries} (`a|1,b|2`).
type Mechanism struct {
	By        string            `json:"by" enum:"trigger,commit,pipeline"`
	Variables map[string]string `json:"variables,omitempty" doc:"Pipeline variables, for trigger and pipeline"`
	Message   string            `json:"message,omitempty" doc:"Commit message, for commit"`
}
