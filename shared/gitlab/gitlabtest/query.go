package gitlabtest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// selection is one field that a GraphQL query asks for.
type selection struct {
	name string
	args map[string]any
	sub  []selection
}

var tokens = regexp.MustCompile(`[\s,]+|-?\d+|\$?[A-Za-z_]\w*|[{}()\[\]:!=]`)

const maxQueryDepth = 20

// queryParser reads one GraphQL query: fields, and arguments that are variables or
// numbers. All else is refused.
type queryParser struct {
	toks []string
	vars map[string]any
}

func parseQuery(text string, vars map[string]any) ([]selection, error) {
	p := &queryParser{vars: vars}
	end := 0
	for _, at := range tokens.FindAllStringIndex(text, -1) {
		if at[0] != end {
			break
		}
		end = at[1]
		if t := text[at[0]:at[1]]; t[0] != ',' && t[0] > ' ' {
			p.toks = append(p.toks, t)
		}
	}
	if end != len(text) {
		return nil, fmt.Errorf("syntax error at offset %d", end)
	}
	if err := p.header(); err != nil {
		return nil, err
	}
	sel, err := p.selections(0)
	if err == nil && len(p.toks) > 0 {
		err = fmt.Errorf("unexpected %q", p.toks[0])
	}
	return sel, err
}

func (p *queryParser) peek() string {
	if len(p.toks) == 0 {
		return ""
	}
	return p.toks[0]
}

func (p *queryParser) next() string {
	t := p.peek()
	if t != "" {
		p.toks = p.toks[1:]
	}
	return t
}

func (p *queryParser) want(t string) error {
	if got := p.next(); got != t {
		return fmt.Errorf("expected %q, got %q", t, got)
	}
	return nil
}

// header passes over "query($a: Type!)".
func (p *queryParser) header() error {
	if p.peek() == "{" {
		return nil
	}
	if err := p.want("query"); err != nil || p.peek() != "(" {
		return err
	}
	for t := p.next(); t != ")"; t = p.next() {
		if t == "" {
			return errors.New("the query ends in its variables")
		}
	}
	return nil
}

func (p *queryParser) selections(depth int) ([]selection, error) {
	if depth > maxQueryDepth {
		return nil, errors.New("the query is too deep")
	}
	if err := p.want("{"); err != nil {
		return nil, err
	}
	var out []selection
	for p.peek() != "}" {
		f := selection{name: p.next()}
		if !isName(f.name) {
			return nil, fmt.Errorf("unexpected %q", f.name)
		}
		if p.peek() == "(" {
			p.next()
			f.args = map[string]any{}
			for p.peek() != ")" {
				name := p.next()
				if err := p.want(":"); err != nil {
					return nil, err
				}
				v, err := p.value()
				if err != nil {
					return nil, err
				}
				f.args[name] = v
			}
			p.next()
		}
		if p.peek() == "{" {
			sub, err := p.selections(depth + 1)
			if err != nil {
				return nil, err
			}
			f.sub = sub
		}
		out = append(out, f)
	}
	return out, p.want("}")
}

func (p *queryParser) value() (any, error) {
	t := p.next()
	if name, isVariable := strings.CutPrefix(t, "$"); isVariable {
		return p.vars[name], nil
	}
	return strconv.Atoi(t)
}

func isName(t string) bool {
	return t != "" && (t[0] == '_' || t[0] >= 'a' && t[0] <= 'z' || t[0] >= 'A' && t[0] <= 'Z')
}
