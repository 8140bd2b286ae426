package gitlabtest

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Operations of Grove, as the work of a pipeline.
const (
	opCreate         = "Create"
	opUpdate         = "Update"
	opArchive        = "Archive"
	opDelete         = "Delete"
	opBuild          = "Build"
	opInfrastructure = "Infrastructure"
)

// target is an instance that an operation is about.
type target struct{ Name, ID string }

// work is what Grove does in a pipeline.
type work struct {
	Op      string
	Targets []target
	Note    string // what follows the tags, when it names no instances
}

// effect is what a job changes outside itself when it ends.
type effect string

const (
	effectCheck  effect = "check"  // refuse a request that cannot be carried out
	effectBranch effect = "branch" // push the deployment branch and open its merge request
	effectMerge  effect = "merge"  // merge it
	effectRemove effect = "remove" // take the instance's folder out of the default branch
)

var tags = regexp.MustCompile(`^\[AutoDeploy\]((?:\[\w+\])+)\s*(.*)$`)

// readMessage finds out what a commit asks of Grove.
func readMessage(message string) work {
	for line := range strings.SplitSeq(message, "\n") {
		m := tags.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		op, _, _ := strings.Cut(strings.Trim(m[1], "[]"), "]")
		w := work{Op: op}
		switch op {
		case opCreate, opUpdate, opArchive, opDelete:
			for part := range strings.SplitSeq(m[2], ",") {
				name, id, _ := strings.Cut(strings.TrimSpace(part), "|")
				if name != "" {
					w.Targets = append(w.Targets, target{name, id})
				}
			}
		case opBuild, opInfrastructure:
			w.Note = m[2]
		default:
			return work{}
		}
		return w
	}
	return work{}
}

// slugify makes a name fit for a namespace.
func slugify(name string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

const maxName = 49 // characters of an instance's name

func step(stage, name string, wait, run time.Duration) *job {
	return &job{Stage: stage, Name: name, Wait: wait, Run: run}
}

// triggerJobs are the jobs of a pipeline that a trigger starts.
func triggerJobs(w work) []*job {
	switch w.Op {
	case opCreate:
		check := step("prepare", "check-request", 2*time.Second, 8*time.Second)
		branch := step("commit", "create-instance", 2*time.Second, 20*time.Second)
		merge := step("merge", "merge-request", 2*time.Second, 10*time.Second)
		check.Effect, branch.Effect, merge.Effect = effectCheck, effectBranch, effectMerge
		return []*job{check, branch, merge}
	case opArchive, opDelete:
		check := step("prepare", "check-request", 2*time.Second, 8*time.Second)
		remove := step("commit", strings.ToLower(w.Op)+"-instance", 2*time.Second, 20*time.Second)
		check.Effect, remove.Effect = effectCheck, effectRemove
		return []*job{check, remove}
	}
	return pushJobs(w)
}

// pushJobs are the jobs of a pipeline on a branch: one that looks at the
// commit and, if there is work, a bridge to the pipeline that it generated.
func pushJobs(w work) []*job {
	look := step("generate", "generate-pipeline", 2*time.Second, 25*time.Second)
	if len(childJobs(w)) == 0 {
		look.Run = 5 * time.Second
		return []*job{look}
	}
	bridge := step("deploy", "deploy", time.Second, 0)
	bridge.Bridge = true
	return []*job{look, bridge}
}

// childJobs are the jobs of the generated pipeline.
func childJobs(w work) []*job {
	minutes := func(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }
	wait := 4 * time.Second
	var jobs []*job
	add := func(stage, name string, run float64) *job {
		j := step(stage, name, wait, minutes(run))
		jobs = append(jobs, j)
		return j
	}
	each := func(stage, name string, run float64) {
		for _, t := range w.Targets {
			add(stage, name+": ["+t.Name+"]", run).Targets = []target{t}
		}
	}
	switch w.Op {
	case opCreate:
		each("build", "build-openedx", 11)
		each("build", "build-mfe", 7)
		add("infrastructure", "terraform-plan", 1)
		add("infrastructure-apply", "terraform-apply", 3.5)
		each("deploy", "init-instance", 4.5)
		each("deploy-services", "deploy-instance", 2)
		each("verify", "smoke-test", 0.5)
	case opUpdate:
		each("deploy-services", "deploy-instance", 3)
		each("verify", "smoke-test", 0.5)
	case opArchive, opDelete:
		each("remove", "remove-instance", 2)
		add("infrastructure", "terraform-plan", 1)
		add("infrastructure-apply", "terraform-apply", 3)
	case opBuild:
		add("build", "build-openedx", 11)
		add("build", "build-mfe", 7)
	case opInfrastructure:
		add("infrastructure", "terraform-plan", 1)
		add("infrastructure-apply", "terraform-apply", 6)
	}
	return jobs
}

// pushPipeline starts what a push to a branch starts.
func (s *Server) pushPipeline(p *project, branch, before string, to *gitCommit, by *user) {
	lower := strings.ToLower(to.Message)
	if p.Policy.CIDisabled || strings.Contains(lower, "[ci skip]") || strings.Contains(lower, "[skip ci]") {
		return
	}
	w := work{}
	if branch == p.Branch {
		w = readMessage(to.Message)
	}
	x := s.newPipeline(p, pipeline{
		Ref: branch, SHA: to.ID, BeforeSHA: cmp.Or(before, zeroSHA), Source: "push", Work: w, Jobs: pushJobs(w),
	}, by)
	// Also since 18: a push is never refused for it (app/workers/create_pipeline_worker.rb).
	if p.Policy.ConfigError != "" {
		s.failAtOnce(x, p.Policy.ConfigError)
	}
}

const zeroSHA = "0000000000000000000000000000000000000000"

// requestOf finds out what the variables of a trigger ask.
func requestOf(vars map[string]string) work {
	on := func(name string) bool { v := vars[name]; return v != "" && v != "0" && v != "false" }
	t := []target{{vars["INSTANCE_NAME"], vars["DEPLOYMENT_REQUEST_ID"]}}
	switch {
	case on("NEW_INSTANCE_TRIGGER"):
		t[0].Name = slugify(t[0].Name)
		return work{Op: opCreate, Targets: t}
	case on("ARCHIVE_INSTANCE_TRIGGER"):
		return work{Op: opArchive, Targets: []target{{Name: vars["INSTANCE_NAME"]}}}
	case on("DELETE_INSTANCE_TRIGGER"):
		return work{Op: opDelete, Targets: []target{{Name: vars["INSTANCE_NAME"]}}}
	}
	return work{}
}

// beginEffect decides when a job starts whether it can succeed.
func (s *Server) beginEffect(x *pipeline, j *job) {
	if j.Effect != effectCheck || j.Fails {
		return
	}
	if why := s.objection(s.projects[x.Project], x.Work); why != "" {
		j.Fails, j.Log = true, why
	}
}

// objection says why a request cannot be carried out, empty when it can.
func (s *Server) objection(p *project, w work) string {
	t := w.Targets[0]
	head := p.repo.resolve(p.Branch)
	switch {
	case head == nil:
		return "fatal: the repository is empty"
	case t.Name == "":
		return "KeyError: 'INSTANCE_NAME'\nThe name of the instance is empty."
	case len(t.Name) > maxName:
		return fmt.Sprintf("Error: the instance name %q is longer than %d characters.", t.Name, maxName)
	}
	_, exists := p.repo.lookup(head.Tree, "instances/"+t.Name)
	switch {
	case w.Op == opCreate && exists:
		return fmt.Sprintf("Error: an instance named %q already exists.\nChoose another name: instances/%s is taken on %s.", t.Name, t.Name, p.Branch)
	case w.Op == opCreate && t.ID == "":
		return "KeyError: 'DEPLOYMENT_REQUEST_ID'"
	case w.Op != opCreate && !exists:
		return fmt.Sprintf("Error: there is no instance named %q.", t.Name)
	}
	return ""
}

// endEffect carries out what a job that succeeds is for.
func (s *Server) endEffect(x *pipeline, j *job, at time.Time) {
	p := s.projects[x.Project]
	var err error
	switch j.Effect {
	case effectBranch:
		err = s.openDeployment(p, x, at)
	case effectMerge:
		err = s.mergeDeployment(p, x, at)
	case effectRemove:
		t := x.Work.Targets[0]
		s.groveCommit(p, CommitSpec{
			Message: fmt.Sprintf("[AutoDeploy][%s] %s", x.Work.Op, t.Name), Delete: []string{"instances/" + t.Name}, At: at,
		})
	}
	if err != nil {
		j.Fails, j.Log = true, "Error: "+err.Error()
	}
}

var groveBot = UserSpec{Username: "grove-bot", Name: "Grove", Email: "grove-bot@example.com"}

func (s *Server) groveCommit(p *project, spec CommitSpec) string {
	bot := s.addUser(groveBot)
	spec.Author = Author{bot.Name, bot.Email}
	return s.commit(p, spec)
}

func deploymentBranch(t target) string { return "deployment/" + t.Name + "/" + t.ID }

// openDeployment pushes the new instance's files on a branch of their own and
// opens the merge request.
func (s *Server) openDeployment(p *project, x *pipeline, at time.Time) error {
	t := x.Work.Targets[0]
	files, err := s.instanceFiles(p, x)
	if err != nil {
		return err
	}
	if _, taken := p.Branches[deploymentBranch(t)]; taken {
		return fmt.Errorf("branch %s exists", deploymentBranch(t))
	}
	s.groveCommit(p, CommitSpec{Branch: deploymentBranch(t), Message: "Add " + t.Name, Files: files, At: at})
	s.openMergeRequest(p, deploymentBranch(t))
	return nil
}

// mergeDeployment merges the branch of openDeployment.
func (s *Server) mergeDeployment(p *project, x *pipeline, at time.Time) error {
	t := x.Work.Targets[0]
	mr := p.requestFor(deploymentBranch(t))
	if mr == nil {
		return fmt.Errorf("no merge request for %s", deploymentBranch(t))
	}
	head, tip := p.repo.resolve(p.Branch), p.repo.resolve(mr.SourceBranch)
	if _, taken := p.repo.lookup(head.Tree, "instances/"+t.Name); taken {
		return fmt.Errorf("merge request !%d cannot be merged: instances/%s exists on %s", mr.IID, t.Name, p.Branch)
	}
	files := maps.Clone(p.repo.files(head.Tree))
	for _, ch := range p.repo.changes(p.repo.parentTree(tip), tip.Tree) {
		files[ch.path] = ch.new
	}
	bot := s.addUser(groveBot)
	who := Author{bot.Name, bot.Email}
	merged := p.repo.writeCommit(gitCommit{
		Tree: p.repo.writeTree(files), Parents: []string{head.ID, tip.ID}, Author: who, Committer: who,
		Date: at.Truncate(time.Second),
		Message: fmt.Sprintf("Merge branch '%s' into '%s'\n\n[AutoDeploy][Create] %s|%s\n\nSee merge request %s!%d",
			mr.SourceBranch, p.Branch, t.Name, t.ID, p.Path, mr.IID),
	})
	s.closeMergeRequest(p, mr)
	s.moveBranch(p, p.Branch, merged, bot, false)
	return nil
}

// instanceFiles makes the folder of a new instance from the cluster's defaults
// and the payload of the trigger.
func (s *Server) instanceFiles(p *project, x *pipeline) (map[string]string, error) {
	payload := map[string]any{}
	for _, v := range x.Vars {
		if v.Key == "TRIGGER_PAYLOAD" {
			// JSON is YAML, and this way whole numbers stay whole.
			if err := yaml.Unmarshal([]byte(v.Value), &payload); err != nil {
				return nil, fmt.Errorf("TRIGGER_PAYLOAD: %w", err)
			}
		}
	}
	out := map[string]string{}
	for _, f := range []struct{ name, prefix string }{{"config.yml", "TUTOR_"}, {"grove.yml", "GROVE_"}, {"requirements.txt", ""}} {
		text, _ := p.fileAt(p.Branch, "defaults/"+f.name)
		if f.prefix != "" {
			merged, err := setKeys(text, f.prefix, payload)
			if err != nil {
				return nil, fmt.Errorf("defaults/%s: %w", f.name, err)
			}
			text = merged
		} else if text == "" {
			text = "tutor>=18,<19\n"
		}
		out["instances/"+x.Work.Targets[0].Name+"/"+f.name] = text
	}
	return out, nil
}

// fileAt gives a file's content in a commit, and whether it exists.
func (p *project) fileAt(ref, name string) (string, bool) {
	c := p.repo.resolve(ref)
	if c == nil {
		return "", false
	}
	e, found := p.repo.lookup(c.Tree, name)
	return string(p.repo.blobs[e.ID]), found && !e.dir()
}

// setKeys puts the payload's keys of a prefix into a YAML map, keeping its
// order and comments.
func setKeys(text, prefix string, payload map[string]any) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return "", err
	}
	if doc.Kind == 0 {
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	m := doc.Content[0]
	if m.Kind != yaml.MappingNode {
		return "", fmt.Errorf("line %d is no map", m.Line)
	}
	for _, full := range slices.Sorted(maps.Keys(payload)) {
		name, found := strings.CutPrefix(full, prefix)
		if !found || name == "" {
			continue
		}
		var v yaml.Node
		if err := v.Encode(payload[full]); err != nil {
			return "", err
		}
		set := false
		for i := 0; i < len(m.Content); i += 2 {
			if m.Content[i].Value == name {
				m.Content[i+1], set = &v, true
			}
		}
		if !set {
			m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, &v)
		}
	}
	if len(m.Content) == 0 {
		return "", nil
	}
	var b strings.Builder
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return "", err
	}
	return b.String(), enc.Close()
}
