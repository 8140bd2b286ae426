package fleetview

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
)

// scanRow reads a row without settings as encoding/json wrote it, several times as fast:
// a replica that starts reads every row of the fleet before it answers. It is false for what
// it doesn't expect, such as a field of a later release or an escaped text, which
// encoding/json reads then. Texts that are those of the former row are shared with it.
func scanRow(text []byte, row, former *fleet.Row) bool {
	s := scanner{rest: text}
	s.object(func(key []byte) {
		switch string(key) {
		case "instance":
			s.instance(&row.Instance, &former.Instance)
		case "digest":
			row.Digest = s.text("")
		case "compared":
			row.Compared = s.text("")
		default:
			s.failed = true
		}
	})
	return !s.failed && len(bytes.TrimRight(s.rest, "\n")) == 0
}

func (s *scanner) instance(i, former *fleet.Instance) {
	s.object(func(key []byte) {
		switch string(key) {
		case "cluster":
			i.Cluster = s.text(former.Cluster)
		case "name":
			i.Name = s.text("")
		case "description":
			i.Description = s.text("")
		case "lifecycle":
			i.Lifecycle = fleet.Lifecycle(s.text(string(former.Lifecycle)))
		case "release":
			i.Release = s.text(former.Release)
		case "tutor":
			i.Tutor = s.text(former.Tutor)
		case "lmsUrl":
			i.LMSURL = s.text("")
		case "studioUrl":
			i.StudioURL = s.text("")
		case "mfeUrl":
			i.MFEURL = s.text("")
		case "theme":
			i.Theme = s.text(former.Theme)
		case "health":
			s.health(&i.Health, &former.Health)
		case "pipeline":
			i.Pipeline = new(fleet.PipelineSummary)
			if former.Pipeline == nil {
				former = &fleet.Instance{Pipeline: new(fleet.PipelineSummary)}
			}
			s.pipeline(i.Pipeline, former.Pipeline)
		case "site":
			s.value(&i.Site)
		case "annotation":
			s.value(&i.Annotation)
		case "drift":
			s.value(&i.Drift)
		case "problems":
			s.value(&i.Problems)
		case "changedAt":
			i.ChangedAt = s.time()
		case "changedBy":
			i.ChangedBy = s.text(former.ChangedBy)
		default:
			s.failed = true
		}
	})
}

func (s *scanner) health(h, former *fleet.HealthState) {
	s.object(func(key []byte) {
		switch string(key) {
		case "state":
			h.State = fleet.Health(s.text(string(former.State)))
		case "reason":
			h.Reason = s.text(former.Reason)
		case "nextStep":
			h.NextStep = s.text(former.NextStep)
		case "at":
			h.At = s.time()
		default:
			s.failed = true
		}
	})
}

func (s *scanner) pipeline(p, former *fleet.PipelineSummary) {
	s.object(func(key []byte) {
		switch string(key) {
		case "id":
			p.ID = s.number()
		case "status":
			p.Status = fleet.PipelineStatus(s.text(string(former.Status)))
		case "operation":
			p.Operation = fleet.OperationKind(s.text(string(former.Operation)))
		case "requestedBy":
			p.RequestedBy = s.text(former.RequestedBy)
		case "rolledBackTo":
			p.RolledBackTo = s.text(former.RolledBackTo)
		case "webUrl":
			p.WebURL = s.text(former.WebURL)
		case "updatedAt":
			p.UpdatedAt = s.time()
		default:
			s.failed = true
		}
	})
}

// scanner reads JSON without spaces, until something is not as expected.
type scanner struct {
	rest   []byte
	failed bool
}

// next takes a character, if it is the next.
func (s *scanner) next(c byte) bool {
	if s.failed || len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) expect(c byte) {
	if !s.next(c) {
		s.failed = true
	}
}

// object has each field of an object read.
func (s *scanner) object(field func(key []byte)) {
	s.expect('{')
	if s.next('}') {
		return
	}
	for !s.failed {
		key := s.quoted()
		s.expect(':')
		if s.failed {
			return
		}
		field(key)
		if !s.next(',') {
			s.expect('}')
			return
		}
	}
}

// quoted takes a text in which nothing is escaped.
func (s *scanner) quoted() []byte {
	s.expect('"')
	end := bytes.IndexByte(s.rest, '"')
	if s.failed || end < 0 || bytes.IndexByte(s.rest[:end], '\\') >= 0 {
		s.failed = true
		return nil
	}
	text := s.rest[:end]
	s.rest = s.rest[end+1:]
	return text
}

// text takes a text; the former one if it is equal.
func (s *scanner) text(former string) string {
	if text := s.quoted(); string(text) != former {
		return string(text)
	}
	return former
}

func (s *scanner) time() (t time.Time) {
	if text := s.quoted(); !s.failed && t.UnmarshalText(text) != nil {
		s.failed = true
	}
	return t
}

func (s *scanner) number() int64 {
	end := 0
	for end < len(s.rest) && s.rest[end] >= '0' && s.rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(string(s.rest[:end]), 10, 64)
	s.failed = s.failed || err != nil
	s.rest = s.rest[end:]
	return n
}

// value has encoding/json read an object or list.
func (s *scanner) value(into any) {
	depth, at := 0, 0
	for quoted := false; at < len(s.rest); at++ {
		switch c := s.rest[at]; {
		case quoted && c == '\\':
			at++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if s.failed = s.failed || at >= len(s.rest); s.failed {
		return
	}
	s.failed = json.Unmarshal(s.rest[:at+1], into) != nil
	s.rest = s.rest[at+1:]
}
