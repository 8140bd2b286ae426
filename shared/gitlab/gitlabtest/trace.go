package gitlabtest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ANSI codes as a GitLab runner writes them.
const (
	ansiReset = "\x1b[0;m"
	ansiClear = "\x1b[0K"
	ansiCyan  = "\x1b[36;1m"
	ansiGreen = "\x1b[32;1m"
	ansiRed   = "\x1b[31;1m"
)

// script is what a kind of job prints: lines that start with "$ " are
// commands. {instance}, {cluster} and {branch} are filled in.
var scripts = map[string][]string{
	"check-request": {
		"$ grove request check", "Reading TRIGGER_PAYLOAD", "Instance: {instance}", "Checking instances/{instance} on {branch}",
	},
	"create-instance": {
		"$ grove instance create {instance}", "Copying defaults/ to instances/{instance}/", "Applying overrides from the request",
		"$ git push origin HEAD:deployment/{instance}", "To the repository: new branch deployment/{instance}",
	},
	"merge-request":    {"$ grove merge-request accept", "Waiting until the merge request can be merged", "Merged into {branch}"},
	"archive-instance": {"$ grove instance archive {instance}", "Removing instances/{instance} from git", "Data in the databases is kept"},
	"delete-instance":  {"$ grove instance delete {instance}", "Removing instances/{instance} from git"},
	"generate-pipeline": {
		"$ grove pipeline generate", "Reading the commit message", "Comparing instances/ with the previous commit", "Writing generated-pipeline.yml",
	},
	"build-openedx": {
		"$ tutor config save", "Environment generated in /builds/grove/{cluster}/env", "$ tutor images build openedx",
		"#1 [internal] load build definition from Dockerfile", "#5 [minimal 1/4] FROM docker.io/library/ubuntu:22.04",
		"#9 [python 3/8] RUN git clone https://github.com/pyenv/pyenv", "#14 [code 1/3] RUN git clone --depth 1 edx-platform",
		"#21 [python-requirements 4/9] RUN pip install -r ./requirements/edx/base.txt", "#21 41.2 Collecting django==4.2.16",
		"#21 188.7 Successfully installed 312 packages", "#27 [nodejs-requirements 2/4] RUN npm clean-install --no-audit",
		"#27 96.0 added 1847 packages in 2m", "#33 [production 12/18] RUN npm run webpack", "#33 210.4 webpack compiled successfully",
		"#38 [production 15/18] RUN openedx-assets collect", "#41 exporting to image", "$ tutor images push openedx", "latest: digest: sha256:5d1f… size: 8041",
	},
	"build-mfe": {
		"$ tutor images build mfe", "#4 [base 1/2] FROM docker.io/node:20-bullseye-slim", "#11 [authn-prod 3/5] RUN npm run build",
		"#12 [learning-prod 3/5] RUN npm run build", "#13 [account-prod 3/5] RUN npm run build", "$ tutor images push mfe",
	},
	"terraform-plan": {
		"$ terraform init -reconfigure", "Initializing the backend...", "Successfully configured the backend \"http\"!",
		"$ terraform plan -out plan.cache", "Acquiring state lock. This may take a few moments...",
		"module.k8s_cluster.data.cluster: Reading...", "Plan: 3 to add, 1 to change, 0 to destroy.", "Releasing state lock. This may take a few moments...",
	},
	"terraform-apply": {
		"$ terraform apply -input=false plan.cache", "Acquiring state lock. This may take a few moments...",
		"module.mysql.mysql_database.instance[\"{instance}\"]: Creating...", "module.mysql.mysql_user.instance[\"{instance}\"]: Creation complete after 2s",
		"module.bucket.instance[\"{instance}\"]: Creation complete after 14s", "Apply complete! Resources: 3 added, 1 changed, 0 destroyed.",
	},
	"init-instance": {
		"$ tutor k8s start mysql mongodb redis", "$ tutor k8s do init", "Initialising all services...",
		"Operations to perform:", "  Apply all migrations: admin, auth, bulk_email, certificates, completion, course_overviews, student …",
		"  Applying student.0047_courseaccessrole_indexes... OK", "  Applying course_overviews.0030_backfill... OK", "All services initialised.",
	},
	"deploy-instance": {
		"$ tutor k8s start", "namespace/{instance} configured", "deployment.apps/caddy configured", "deployment.apps/lms configured",
		"deployment.apps/lms-worker configured", "deployment.apps/cms configured", "deployment.apps/cms-worker configured",
		"deployment.apps/mfe configured", "Waiting for deployment \"lms\" rollout to finish: 1 of 2 updated replicas are available...",
		"deployment \"lms\" successfully rolled out", "deployment \"cms\" successfully rolled out",
	},
	"smoke-test":      {"$ grove instance check {instance}", "GET /heartbeat: 200 {\"modulestore\": {\"status\": true}, \"sql\": {\"status\": true}}"},
	"remove-instance": {"$ kubectl delete namespace {instance}", "namespace \"{instance}\" deleted"},
}

// trace gives what a job has printed so far. It is made as it is read.
func (s *Server) trace(p *project, at jobAt, now time.Time) io.ReadSeeker {
	x, j := at.pipeline, at.job
	if j.StartedAt == nil {
		return strings.NewReader("")
	}
	lines := traceLines(p, x, j)
	share := 1.0
	switch {
	case j.Status == statusRunning || j.Status == statusCanceling:
		run := float64(j.Run) / s.opts.Speed
		if share = 0.5; run > 0 && !j.Hangs {
			share = min(float64(now.Sub(*j.StartedAt))/run, 1)
		}
		lines = lines[:1+int(share*float64(len(lines)-1))]
	default:
		lines = append(lines, traceEnd(j)...)
	}
	middle := min(len(lines), 9)
	log := &lazyLog{
		head:  []byte(strings.Join(lines[:middle], "")),
		lines: int64(share * float64(j.TraceBytes) / fillerLine),
		tail:  []byte(strings.Join(lines[middle:], "")),
	}
	return io.NewSectionReader(log, 0, log.size())
}

func traceLines(p *project, x *pipeline, j *job) []string {
	name, _, _ := strings.Cut(j.Name, ":")
	instance := ""
	if targets := append(j.Targets[:len(j.Targets):len(j.Targets)], x.Work.Targets...); len(targets) > 0 {
		instance = targets[0].Name
	}
	fill := strings.NewReplacer("{instance}", instance, "{cluster}", p.Name, "{branch}", p.Branch)
	start := j.StartedAt.Unix()
	section := func(name, title string) string {
		return fmt.Sprintf("section_start:%d:%s\r%s%s%s%s\n", start, name, ansiClear, ansiCyan, title, ansiReset)
	}
	end := func(name string) string { return fmt.Sprintf("section_end:%d:%s\r%s\n", start+1, name, ansiClear) }
	out := []string{
		ansiClear + "Running with gitlab-runner 18.8.0 (9ffb4aa0)" + ansiReset + "\n",
		ansiClear + "  on grove-runner t1_Qx7z9F, system ID: s_4f3a2b1c" + ansiReset + "\n",
		section("prepare_executor", `Preparing the "docker" executor`),
		"Using Docker executor with image registry.example.com/grove/tools:2.4 ...\n",
		end("prepare_executor"),
		section("get_sources", "Getting source from Git repository"),
		ansiGreen + "Checking out " + x.SHA[:8] + " as detached HEAD (ref is " + x.Ref + ")..." + ansiReset + "\n",
		end("get_sources"),
		section("step_script", `Executing "step_script" stage of the job script`),
	}
	for _, line := range scripts[name] {
		line = fill.Replace(line)
		if strings.HasPrefix(line, "$ ") {
			line = ansiGreen + line + ansiReset
		}
		out = append(out, line+"\n")
	}
	return out
}

func traceEnd(j *job) []string {
	var out []string
	if j.Log != "" {
		out = append(out, strings.TrimSuffix(j.Log, "\n")+"\n")
	}
	out = append(out, fmt.Sprintf("section_end:%d:step_script\r%s\n", j.FinishedAt.Unix(), ansiClear))
	switch {
	case j.Status == statusSuccess:
		return append(out, ansiGreen+"Job succeeded"+ansiReset+"\n")
	case j.Status == statusCanceled:
		return append(out, ansiRed+"ERROR: Job failed: canceled"+ansiReset+"\n")
	}
	return append(out, ansiRed+"ERROR: Job failed: exit code 1"+ansiReset+"\n")
}

// traceReply sends a trace as GitLab does: as a whole, whatever Range asks for
// (lib/api/ci/jobs.rb hands the trace to Rack at once).
func (c *call) traceReply(at jobAt) reply {
	log := c.s.trace(c.project, at, c.now)
	size, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		panic(fmt.Sprintf("gitlabtest: %v", err)) // a section of memory has an end
	}
	etag := fmt.Sprintf(`W/"%d-%d-%s"`, at.job.ID, size, at.job.Status)
	if c.r.Header.Get("If-None-Match") == etag {
		return reply{status: http.StatusNotModified}.with("ETag", etag)
	}
	return reply{status: http.StatusOK, ctype: "text/plain; charset=utf-8", write: func(w io.Writer) error {
		if _, err := log.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err := io.Copy(w, log)
		return err
	}}.with("ETag", etag).with("Content-Length", strconv.FormatInt(size, 10))
}

const fillerLine = 64 // bytes

// lazyLog is a log whose middle is made of numbered lines of equal length, so
// that any part of it can be read without making the rest.
type lazyLog struct {
	head, tail []byte
	lines      int64
}

func (l *lazyLog) size() int64 { return int64(len(l.head)) + l.lines*fillerLine + int64(len(l.tail)) }

func filler(n int64) string {
	return fmt.Sprintf("#%011d step %08x layer %030x\n", n, uint32(n*2654435761), uint64(n)*0x9e3779b97f4a7c15)
}

// ReadAt implements io.ReaderAt.
func (l *lazyLog) ReadAt(b []byte, off int64) (int, error) {
	n := 0
	for n < len(b) {
		part, err := l.part(off + int64(n))
		if err != nil {
			return n, err
		}
		n += copy(b[n:], part)
	}
	return n, nil
}

// part gives some bytes from an offset on.
func (l *lazyLog) part(off int64) ([]byte, error) {
	head, middle := int64(len(l.head)), l.lines*fillerLine
	switch {
	case off < head:
		return l.head[off:], nil
	case off < head+middle:
		off -= head
		return []byte(filler(off / fillerLine))[off%fillerLine:], nil
	case off < l.size():
		return l.tail[off-head-middle:], nil
	}
	return nil, io.EOF
}
