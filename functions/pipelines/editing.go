package function

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/order"
)

// editingRoutes help an editor while a person types. They read and write nothing: the
// text, secrets masked, comes with the request.
func (f *pipelines) editingRoutes(api *faas.API) {
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), route(http.MethodPost, "/v1/check-file", "check-file", "Check a configuration file for what Tutor would reject and what looks wrong"), f.checkFile)
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), route(http.MethodPost, "/v1/edit-file", "edit-file", "Change single values of a YAML file and keep the rest of its text"), f.editFile)
}

type checkFileInput struct {
	Body struct {
		File    string `json:"file" enum:"config.yml,grove.yml,cluster.yml,requirements.txt"`
		Text    string `json:"text" maxLength:"1048576" doc:"Secrets may be masked"`
		Release string `json:"release,omitempty" maxLength:"60" doc:"Release or Tutor version that the instance runs; absent is the newest" example:"teak.2"`
	}
}

type checkFileOutput struct {
	Body struct {
		Problems []fleet.FileProblem `json:"problems" doc:"In the order of the text"`
	}
}

func (f *pipelines) checkFile(_ context.Context, in *checkFileInput) (*checkFileOutput, error) {
	out := new(checkFileOutput)
	out.Body.Problems = []fleet.FileProblem{}
	if in.Body.File == grove.RequirementsFile {
		return out, nil
	}
	doc, problems := grove.Read(in.Body.File, []byte(in.Body.Text))
	out.Body.Problems = append(out.Body.Problems, problems...)
	out.Body.Problems = append(out.Body.Problems, doc.Check(openedx.TutorMajor(in.Body.Release))...)
	order.Sort(out.Body.Problems, func(a, b fleet.FileProblem) int { return a.Line - b.Line })
	return out, nil
}

type editFileInput struct {
	Body struct {
		File    string     `json:"file" enum:"config.yml,grove.yml,cluster.yml"`
		Text    string     `json:"text" maxLength:"1048576" doc:"Secrets may be masked"`
		Changes []fileEdit `json:"changes" minItems:"1" maxItems:"100"`
	}
}

type fileEdit struct {
	Path  []string        `json:"path" minItems:"1" maxItems:"20" doc:"Keys from the root down, positions in lists"`
	Value json.RawMessage `json:"value,omitempty" doc:"The new value; absent with unset"`
	Unset bool            `json:"unset,omitempty"`
}

type editFileOutput struct {
	Body struct {
		Text string `json:"text"`
	}
}

func (f *pipelines) editFile(ctx context.Context, in *editFileInput) (*editFileOutput, error) {
	changes := make([]grove.Change, len(in.Body.Changes))
	for i, c := range in.Body.Changes {
		changes[i] = grove.Change{Path: c.Path, Unset: c.Unset}
		if !c.Unset && json.Unmarshal(c.Value, &changes[i].Value) != nil {
			return nil, fault.InvalidField("changes", "a value is not JSON")
		}
	}
	applied, err := grove.Apply(ctx, in.Body.File, []byte(in.Body.Text), changes)
	if err != nil {
		return nil, err
	}
	out := new(editFileOutput)
	out.Body.Text = string(applied.Text)
	return out, nil
}
