package sites

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Store holds the records that this package reads and changes.
type Store interface {
	Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	Rows(ctx context.Context, cluster string, names ...string) (*fleet.Chunk, error)
	ChangeRows(ctx context.Context, cluster string, names []string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error
	SiteRound(ctx context.Context, cluster string) (string, error)
	SaveSiteRound(ctx context.Context, cluster, after string) error
}

// Question is one address to ask.
type Question struct {
	URL       string // of the site, without a path
	ConnectTo string // host or host:port to connect to in place of the URL's; may be empty
}

// Answer is what came of it.
type Answer struct {
	Status          int       // of HTTP; zero when there was no answer
	Heartbeat       bool      // whether it was the JSON of a heartbeat
	Failing         []string  // services that do not work, as the heartbeat says
	Location        string    // where a redirect leads
	CertificateEnds time.Time // zero without TLS
	Problem         Problem   // why there was no answer
	Detail          string    // of the problem, for people
}

// Problem is why a site gave no answer.
type Problem string

// The problems.
const (
	NoName      Problem = "name"        // the name does not resolve
	Refused     Problem = "refused"     // nothing listens at the address
	TimedOut    Problem = "timeout"     // no answer in time
	Certificate Problem = "certificate" // browsers refuse the certificate
	Private     Problem = "private"     // Ocim may not call the address
	Broken      Problem = "broken"      // the connection failed otherwise
)

// Asker asks sites. It bounds each question by itself.
type Asker interface {
	Ask(ctx context.Context, q Question) Answer
}

// Service checks sites.
type Service struct {
	Fleet Store
	Asker Asker // nil: no site is checked
	Now   func() time.Time
}

// Bounds of one visit.
const (
	maxSites   = 200 // of one cluster; the next visit goes on
	askAtOnce  = 16
	visitLimit = 20 * time.Second
)

// Visit checks the sites of a cluster's active instances, and keeps what they
// answered. What it does not reach in time, the next visit begins with.
func (s *Service) Visit(ctx context.Context, cluster string) error {
	if s.Asker == nil {
		return nil
	}
	chunk, err := s.Fleet.Chunk(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		return nil // not read yet
	}
	if err != nil {
		return err
	}
	after, err := s.Fleet.SiteRound(ctx, cluster)
	if err != nil {
		return fmt.Errorf("reading how far the sites of %s were checked: %w", cluster, err)
	}
	due := turn(chunk.Rows, after)
	reached, more, err := s.visit(ctx, chunk, due[:min(len(due), maxSites)])
	if err != nil {
		return err
	}
	end := ""
	if (more || len(due) > maxSites) && len(reached) > 0 {
		end = reached[len(reached)-1]
	}
	if end == after {
		return nil
	}
	return s.Fleet.SaveSiteRound(ctx, cluster, end)
}

// VisitOne checks the site of one instance.
func (s *Service) VisitOne(ctx context.Context, cluster, instance string) error {
	if s.Asker == nil {
		return nil
	}
	chunk, err := s.Fleet.Rows(ctx, cluster, instance)
	if err != nil {
		return err
	}
	row := chunk.Row(instance)
	if row == nil {
		return nil
	}
	_, _, err = s.visit(ctx, chunk, []fleet.Row{*row})
	return err
}

// turn gives the rows from the one after a name on, and then the others.
func turn(rows []fleet.Row, after string) []fleet.Row {
	at, found := slices.BinarySearchFunc(rows, after, func(r fleet.Row, name string) int { return strings.Compare(r.Instance.Name, name) })
	if found {
		at++
	}
	return slices.Concat(rows[at:], rows[:at])
}

// visit asks the sites of some rows, those that fail a second time, and keeps what came
// of it. It gives the names that were reached, in order, and whether time ran out.
func (s *Service) visit(ctx context.Context, chunk *fleet.Chunk, rows []fleet.Row) (reached []string, more bool, err error) {
	asking, cancel := context.WithTimeout(ctx, visitLimit)
	defer cancel()
	found := make([]*fleet.Site, len(rows))
	done := make([]bool, len(rows))
	silent := make([]bool, len(rows))
	var group errgroup.Group
	group.SetLimit(askAtOnce)
	for i := range rows {
		group.Go(func() error {
			found[i], silent[i], done[i] = s.look(asking, chunk, &rows[i].Instance)
			return nil
		})
	}
	_ = group.Wait() // look gives no error
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	if allSilent(found, silent) {
		gone, err := s.lost(asking, chunk.Cluster.ID)
		if err != nil {
			return nil, false, err
		}
		for i := range found {
			if gone && found[i] != nil {
				found[i] = s.unknown(rows[i].Instance.Site)
			}
		}
	}
	seen := map[string]*fleet.Site{}
	var differ []string
	for i, row := range rows {
		if !done[i] {
			more = true
			break
		}
		reached = append(reached, row.Instance.Name)
		seen[row.Instance.Name] = found[i]
		if !same(row.Instance.Site, found[i]) {
			differ = append(differ, row.Instance.Name)
		}
	}
	return reached, more, s.keep(ctx, chunk.Cluster.ID, differ, seen)
}

// allSilent reports whether sites were asked and none could be reached.
func allSilent(found []*fleet.Site, silent []bool) bool {
	asked := 0
	for i, site := range found {
		if site == nil {
			continue
		}
		if asked++; !silent[i] {
			return false
		}
	}
	return asked > 0
}

// look asks one instance's site; done is false when time ran out. The site is nil when it is
// not to be checked. It is silent when the network did not lead to it.
func (s *Service) look(ctx context.Context, chunk *fleet.Chunk, i *fleet.Instance) (site *fleet.Site, silent, done bool) {
	check := checkOf(chunk, i)
	if i.Lifecycle != fleet.Active || i.LMSURL == "" || check.Off {
		return nil, false, true
	}
	ask := func(url string) (Answer, bool) {
		if url == "" {
			return Answer{}, true
		}
		q := Question{URL: url, ConnectTo: check.ConnectTo}
		a := s.Asker.Ask(ctx, q)
		if bad(a) && ctx.Err() == nil {
			a = s.Asker.Ask(ctx, q) // one lost connection is no finding
		}
		return a, ctx.Err() == nil
	}
	lms, ok := ask(i.LMSURL)
	if !ok {
		return nil, false, false
	}
	studio, ok := ask(i.StudioURL)
	if !ok {
		return nil, false, false
	}
	judged := judge(i, lms, studio, s.Now().UTC())
	return &judged, unreached(lms) && (i.StudioURL == "" || unreached(studio)), true
}

// checkOf is how a site is checked: what its instance says wins over what its cluster
// says.
func checkOf(chunk *fleet.Chunk, i *fleet.Instance) fleet.SiteCheck {
	var check fleet.SiteCheck
	if a := chunk.Cluster.Annotation; a != nil {
		check = a.Site
	}
	if a := i.Annotation; a != nil {
		if a.Site.ConnectTo != "" {
			check = fleet.SiteCheck{ConnectTo: a.Site.ConnectTo} // an address of its own asks for being checked
		}
		check.Off = check.Off || a.Site.Off
	}
	return check
}

// same reports whether two findings say the same; since when does not count.
func same(a, b *fleet.Site) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.State == b.State && a.Reason == b.Reason && a.NextStep == b.NextStep && a.CertificateEnds.Equal(b.CertificateEnds)
}

var errNoCluster = errors.New("the cluster left meanwhile")

// keep writes the findings that differ from what is known.
func (s *Service) keep(ctx context.Context, cluster string, names []string, seen map[string]*fleet.Site) error {
	if len(names) == 0 {
		return nil
	}
	err := s.Fleet.ChangeRows(ctx, cluster, names, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, errNoCluster
		}
		changed := false
		for _, name := range names {
			row := chunk.Row(name)
			if row == nil || row.Instance.Lifecycle != fleet.Active && seen[name] != nil {
				continue
			}
			now := seen[name]
			if was := row.Instance.Site; was != nil && now != nil && was.State == now.State {
				now.At = was.At // it has been so for longer
			}
			if !same(row.Instance.Site, now) {
				row.Instance.Site, changed = now, true
			}
		}
		if !changed {
			return nil, nil
		}
		return chunk, nil
	})
	if errors.Is(err, errNoCluster) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keeping which sites of %s answer: %w", cluster, err)
	}
	return nil
}
