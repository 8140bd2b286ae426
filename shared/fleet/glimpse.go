package fleet

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Glimpse is what GitLab reports of many projects at once: enough to see that one of them
// did not change.
type Glimpse struct {
	Sign      string // differs when the project, its branch or the token's rights do
	Since     time.Time
	Pipelines []PipelineGlimpse // that changed after Since, without children
	Full      bool              // there may be more pipelines
}

// PipelineGlimpse is a pipeline as a Glimpse shows it.
type PipelineGlimpse struct {
	ID, Status string
	UpdatedAt  time.Time // GitLab's, without fractions of a second
}

// Glanced is what a sync keeps of the Glimpse that preceded it.
type Glanced struct {
	Sign   string    `json:"sign,omitempty"`
	Newest string    `json:"newest,omitempty"` // the pipelines of the second in which the newest one changed
	ReadAt time.Time `json:"readAt,omitzero"`  // when the project was last read in full
}

// Keep gives what to keep of a Glimpse when all pipelines up to a time of GitLab's are
// known.
func (g Glimpse) Keep(known, now time.Time) Glanced {
	return Glanced{Sign: hash(g.Sign), Newest: g.newest(known), ReadAt: now}
}

// Changed reports whether a Glimpse shows anything that a sync did not know that kept
// former and knew all pipelines up to a time of GitLab's.
func (g Glimpse) Changed(former Glanced, known time.Time) bool {
	if g.Full || former.Sign != hash(g.Sign) {
		return true
	}
	second := known.Truncate(time.Second)
	for _, p := range g.Pipelines {
		if p.UpdatedAt.After(second) {
			return true
		}
	}
	// Pipelines that change in the same second can only be distinguished by what they are. What
	// changed before Since is not shown.
	return second.After(g.Since) && g.newest(known) != former.Newest
}

func (g Glimpse) newest(known time.Time) string {
	second := known.Truncate(time.Second)
	text := ""
	for _, p := range slices.SortedFunc(slices.Values(g.Pipelines), func(a, b PipelineGlimpse) int { return cmp.Compare(a.ID, b.ID) }) {
		if p.UpdatedAt.Equal(second) {
			text += fmt.Sprintf("%s %s\n", p.ID, p.Status)
		}
	}
	if text == "" {
		return ""
	}
	return hash(text)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
