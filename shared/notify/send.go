package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/limit"
	"github.com/open-craft/ocim/shared/secret"
)

// Bounds of sending.
const (
	MaxAttempts  = 12 // of one delivery, over some two hours
	longestPause = 15 * time.Minute
	atOnce       = 16 // subscriptions
	mostPerRun   = 20 // deliveries of one subscription
	sendTime     = 10 * time.Second
	saveTime     = 5 * time.Second
)

// backoff is how long a delivery waits after an attempt.
func backoff(attempt int) time.Duration {
	return min(time.Minute<<min(attempt-1, 10), longestPause)
}

// queue is what one subscription is to be sent, the oldest first.
type queue struct {
	list    []due
	failing bool // its last attempt did not arrive
	pausing bool // and it is too early for another
}

func (q *queue) add(d due, now time.Time) {
	q.failing = q.failing || d.Attempts > 0
	q.pausing = q.pausing || now.Before(d.NextAt) && d.NextAt.Sub(now) <= longestPause
	if len(q.list) < mostPerRun {
		q.list = append(q.list, d)
	}
}

// sendDue sends what is due and not held back. What is to go to one place goes one
// after the other, up to the first that does not arrive: those behind it would not
// either, and wait as long. So a place that hangs costs one attempt and holds up no
// other; those that answered last time come first.
func (s *Service) sendDue(ctx context.Context, held map[string]bool) error {
	now := s.Now()
	var order []*queue
	queues := map[string]*queue{} // by subscription
	err := each(ctx, s.KV, kv.Query{Partition: partDue}, func(d due, item kv.Item) {
		if held[d.Batch] {
			return
		}
		d.version = item.Version
		q, known := queues[d.Subscription]
		if !known {
			q = &queue{}
			queues[d.Subscription], order = q, append(order, q)
		}
		q.add(d, now)
	})
	if err != nil {
		return err
	}
	order = slices.DeleteFunc(order, func(q *queue) bool { return q.pausing })
	slices.SortStableFunc(order, func(a, b *queue) int {
		switch {
		case a.failing == b.failing:
			return 0
		case b.failing:
			return -1
		}
		return 1
	})
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, q := range order {
		group.Go(func() error {
			s.sendQueue(ctx, q)
			return nil
		})
	}
	return group.Wait()
}

func (s *Service) sendQueue(ctx context.Context, q *queue) {
	for _, d := range q.list {
		if ctx.Err() != nil {
			return
		}
		settled, err := s.try(ctx, d)
		if err != nil {
			s.Log.WarnContext(ctx, "a notice could not be handled", "delivery", d.ID, "err", err)
		}
		if !settled {
			return
		}
	}
}

// try sends a delivery once, and reports whether it has arrived or was given up.
// That it is tried is written first, so that a function that dies over and over is
// not the end of it.
func (s *Service) try(ctx context.Context, d due) (settled bool, err error) {
	now := s.Now().UTC()
	d.Attempts++
	d.TriedAt, d.NextAt = now, now.Add(backoff(d.Attempts))
	version, err := s.put(ctx, dueKey(d), d, kv.IfVersion(d.version), now.Add(dueLife))
	if err != nil {
		return false, ignoreConflict(err) // another replica does
	}
	err = s.sendOut(ctx, d)
	// How it went is kept even when the caller's time is over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	d.outcome(err)
	if s.Tried != nil {
		s.Tried(d.Channel, d.State)
	}
	if d.Contact == "" {
		if err := s.log(ctx, d.Owner, d.Delivery); err != nil {
			return false, err
		}
	} else if d.State == GivenUp {
		s.Log.WarnContext(ctx, "a notice did not reach a contact of an instance", "cluster", d.Cluster, "delivery", d.ID, "reason", d.Error)
	}
	if d.State != Waiting {
		return true, s.KV.Delete(ctx, dueKey(d), kv.IfVersion(version))
	}
	_, err = s.put(ctx, dueKey(d), d, kv.IfVersion(version), now.Add(dueLife))
	return false, ignoreConflict(err)
}

// outcome notes how an attempt went.
func (d *Delivery) outcome(err error) {
	switch {
	case err == nil:
		d.State, d.Error, d.NextAt = Sent, "", time.Time{}
	case fault.Is(err, fault.Upstream), fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound), d.Attempts >= MaxAttempts:
		d.State, d.Error, d.NextAt = GivenUp, fault.Message(err), time.Time{}
	default:
		d.State, d.Error = Waiting, fault.Message(err)
	}
}

// sendOut sends a delivery to whom it is for.
func (s *Service) sendOut(ctx context.Context, d due) error {
	if d.Contact != "" {
		return s.sendToContact(ctx, d)
	}
	return s.send(ctx, d.Owner, d.Subscription, d.Delivery)
}

// send passes a delivery to its channel. Its recipient may have lost access, or the
// account may be gone, by now.
func (s *Service) send(ctx context.Context, owner, subscription string, d Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	sub, err := s.subscription(ctx, owner, subscription)
	if err != nil {
		return err
	}
	p, err := s.People.Person(ctx, owner)
	if err != nil {
		return err
	}
	for _, n := range d.Notices {
		if n.Cluster != "" && !p.Sees(n.Cluster) {
			return fault.New(fault.NotFound, "You do not see this cluster any more.")
		}
	}
	m := word(d, s.BaseURL)
	if sub.Channel == Email {
		if s.Mail == nil {
			return fault.New(fault.Unavailable, "Mail is not set up: an administrator of this server has to name its mail server.")
		}
		return s.Mail.Notify(ctx, p.Email, m)
	}
	address, err := s.Keys.Open(sub.Sealed, record(sub.ID))
	if err != nil {
		return fault.Wrap(fault.Upstream, err, "The webhook's address cannot be read any more: enter it again.")
	}
	err = s.Chat.Post(ctx, secret.New(string(address)), m)
	if errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) == fault.Internal {
		err = fault.Wrap(fault.Unavailable, err, "The webhook did not answer within %d seconds.", int(sendTime.Seconds()))
	}
	return err
}

// tests bounds how often a person may test.
var tests = limit.Rate{Name: "notify/test", Every: time.Minute, Burst: 5}

// Test sends a test by a subscription, once, and gives how that went. It is in the
// log like any other delivery. Too many are fault.Limited.
func (s *Service) Test(ctx context.Context, owner, subscription string) (Delivery, error) {
	sub, err := s.subscription(ctx, owner, subscription)
	if err != nil {
		return Delivery{}, err
	}
	if err := s.Limits.Take(ctx, tests, owner, 1); err != nil {
		return Delivery{}, err
	}
	now := s.Now().UTC()
	d := Delivery{
		ID: s.NewID() + "-" + sub.ID, Subscription: sub.ID, Name: sub.Name, Channel: sub.Channel, Attempts: 1, CreatedAt: now, TriedAt: now,
		Notices: []Notice{{Event: EventTest, Since: now}},
	}
	d.outcome(s.send(ctx, owner, sub.ID, d))
	if d.State == Waiting {
		d.State, d.NextAt = GivenUp, time.Time{} // a test is not retried
	}
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	if err := s.log(save, owner, d); err != nil {
		return d, fmt.Errorf("keeping how the test went: %w", err)
	}
	return d, nil
}
