package fleet

import (
	"time"
)

// Observation is when a cluster last reported what it runs. It is apart from the
// cluster's rows, which change only when what it reports does.
type Observation struct {
	Project string    `json:"project"`
	At      time.Time `json:"at"`
}

// SyncRecord is what one sync leaves for the next.
type SyncRecord struct {
	Project string    `json:"project"`
	State   SyncState `json:"state"`
	// ReadFor is the project's UpdatedAt that the facts were read with: what an
	// operator overrides shows without a commit.
	ReadFor time.Time `json:"readFor,omitzero"`
	// ReadBy names the tables of package openedx that the facts were read with. A release
	// that masks or judges otherwise reads the files again.
	ReadBy string `json:"readBy,omitempty"`
	// PipelinesSince is GitLab's time up to which all pipelines are known.
	PipelinesSince time.Time `json:"pipelinesSince,omitzero"`
	// Locked is whether the token could read but not push. GitLab says so with the
	// head, of an archived project too.
	Locked bool `json:"locked,omitempty"`
	// Refusal is the last error that needs action, while it lasts.
	Refusal string `json:"refusal,omitempty"`
	// GoneSince is when GitLab first said that there is no such project; zero while it is
	// there.
	GoneSince time.Time `json:"goneSince,omitzero"`
	// ChangedAt is when Refusal, Locked or MissedSince last changed: the checks of before
	// may be wrong by now.
	ChangedAt time.Time `json:"turnedAt,omitzero"`
	// Unconfirmed are pipelines that ended without a webhook so far, with when that was
	// found. MissedSince is when the first one ended whose webhook did not come in time;
	// zero while webhooks come. (JSON keeps the names of earlier releases.)
	Unconfirmed map[int64]time.Time `json:"unheard,omitempty"`
	MissedSince time.Time           `json:"silentSince,omitzero"`
	// Watched are the pipelines that were running when they were last read.
	Watched map[int64]Watch `json:"watched,omitempty"`
	// Fence is the token of the lease under which this was found.
	Fence int64 `json:"fence,omitempty"`
	// Glanced is what GitLab showed of the project when it was last read in full.
	Glanced Glanced `json:"glanced,omitzero"`
	// Published is the version of the cluster that all replicas know of.
	Published int64 `json:"published,omitempty"`
}

// Watch is what is known of a pipeline that moves, by Ocim's clock.
type Watch struct {
	LastSeen time.Time `json:"heard"`            // when GitLab last reported it
	Missing  time.Time `json:"missing,omitzero"` // since when GitLab says that there is none
}
