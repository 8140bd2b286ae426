package operation

import (
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
)

// Warning is a note that a user sees before confirming.
type Warning struct {
	Code     string `json:"code" enum:"willQueue,changeWaits,otherPipeline,nameTaken,beingCreated,archived,recentlyDeleted,notInGit,fileChanged,unchanged,protected,secretChanged,dataUncertain,notAllowed,fileProblem,unhealthy,undeployed,healthUnknown"`
	Field    string `json:"field,omitempty" doc:"Input field that it is about"`
	Message  string `json:"message"`
	Link     string `json:"link,omitempty" doc:"GitLab page about it"`
	Blocking bool   `json:"blocking" doc:"Whether the operation would be refused"`
	kind     fault.Kind
}

// The codes of warnings.
const (
	willQueue       = "willQueue"
	changeWaits     = "changeWaits"
	otherPipeline   = "otherPipeline"
	nameTaken       = "nameTaken"
	beingCreated    = "beingCreated"
	archived        = "archived"
	recentlyDeleted = "recentlyDeleted"
	notInGit        = "notInGit"
	fileChanged     = "fileChanged"
	unchanged       = "unchanged"
	isProtected     = "protected"
	secretChanged   = "secretChanged"
	dataUncertain   = "dataUncertain"
	notAllowed      = "notAllowed"
	FileProblem     = "fileProblem"
	unhealthy       = "unhealthy"
	undeployed      = "undeployed"
	HealthUnknown   = "healthUnknown"
)

func (p *prepared) warn(code, field, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{Code: code, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (p *prepared) block(code, field, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{
		Code: code, Field: field, Message: fmt.Sprintf(format, args...), Blocking: true, kind: fault.Conflict,
	})
}

// refusal returns the first blocking warning as an error; nil when nothing blocks.
func (p *prepared) refusal() error {
	for _, w := range p.warnings {
		if w.Blocking {
			return fault.InvalidField(w.Field, "%s", w.Message).WithKind(w.kind)
		}
	}
	return nil
}
