package gitlabtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	backOffAfter  = 4  // failures in a row that disable a hook for a while
	foreverAfter  = 40 // … and for good
	keptDelivered = 5000
)

// Delivery is one webhook event for one hook.
type Delivery struct {
	ID        int
	Project   int
	Hook      int
	Event     string // "Pipeline Hook", "Push Hook"
	URL       string
	Key       string // Idempotency-Key and webhook-id; a repeat keeps it
	EventUUID string
	Body      []byte

	// What became of it; Sent counts the tries.
	Sent     int
	Status   int    // of the last answer; 0 when there was none
	Err      string // why there was none
	Answer   string // the beginning of the last answer's body
	Header   http.Header
	Duration time.Duration // of the last try
	Dropped  bool          // by DropWebhooks or a release
}

// outbox sends webhooks, in order for each hook, and remembers them.
type outbox struct {
	s      *Server
	client *http.Client
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	next    int
	queues  map[int][]*Delivery
	busy    map[int]bool
	pending int
	idle    chan struct{} // closed when pending gets to 0; nil when nobody waits
	log     []*Delivery
	holding bool
	held    []*Delivery
	copies  func(Delivery) int
}

func newOutbox(s *Server) *outbox {
	ctx, cancel := context.WithCancel(context.Background())
	return &outbox{
		s: s, ctx: ctx, cancel: cancel, queues: map[int][]*Delivery{}, busy: map[int]bool{},
		client: &http.Client{
			Timeout:       10 * time.Second, // as GitLab's
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport:     &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 4},
		},
	}
}

func (o *outbox) close() {
	o.cancel()
	o.mu.Lock()
	clear(o.queues)
	o.held = nil
	o.mu.Unlock()
	o.wg.Wait()
	o.client.CloseIdleConnections()
}

// emit queues an event for the hooks that ask for it. The server's lock is held.
func (s *Server) emit(p *project, kind, event string, payload func() any) {
	if s.replaying || p.Policy.SilentMode {
		return
	}
	var body []byte
	eventUUID := uuid.NewString()
	for _, h := range p.hookList() {
		if !h.Events[kind] || h.alert(s.now()) != "executable" {
			continue
		}
		if body == nil {
			content := payload()
			if p.Policy.ISOTimes {
				content = isoTimes(content)
			}
			body = encode(content)
		}
		s.out.add(&Delivery{Project: p.ID, Hook: h.ID, Event: event, URL: h.URL, Key: uuid.NewString(), EventUUID: eventUUID, Body: body})
	}
}

func (o *outbox) add(d *Delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.remember(d)
	if o.holding {
		o.held = append(o.held, d)
		return
	}
	o.enqueue(d)
}

// remember numbers a delivery and puts it into the log; the outbox's lock is held.
func (o *outbox) remember(d *Delivery) {
	o.next++
	d.ID = o.next
	o.log = append(o.log, d)
	if len(o.log) > keptDelivered {
		o.log = slices.Clone(o.log[keptDelivered/2:])
	}
}

// enqueue puts a delivery in its hook's queue as often as it is to be sent;
// the outbox's lock is held.
func (o *outbox) enqueue(d *Delivery) {
	n := 1
	if o.copies != nil {
		n = o.copies(*d)
	}
	if n <= 0 {
		d.Dropped = true
		return
	}
	for range n {
		o.queues[d.Hook] = append(o.queues[d.Hook], d)
		o.pending++
	}
	if !o.busy[d.Hook] && o.ctx.Err() == nil {
		o.busy[d.Hook] = true
		o.wg.Add(1)
		go o.drain(d.Hook)
	}
}

// drain sends one hook's queue until it is empty.
func (o *outbox) drain(hook int) {
	defer o.wg.Done()
	for {
		o.mu.Lock()
		if len(o.queues[hook]) == 0 {
			o.busy[hook] = false
			o.mu.Unlock()
			return
		}
		d := o.queues[hook][0]
		o.queues[hook] = o.queues[hook][1:]
		o.mu.Unlock()

		o.send(d)

		o.mu.Lock()
		if o.pending--; o.pending == 0 && o.idle != nil {
			close(o.idle)
			o.idle = nil
		}
		o.mu.Unlock()
	}
}

// send tries a delivery once and counts the outcome for its hook.
func (o *outbox) send(d *Delivery) {
	s := o.s
	s.mu.Lock()
	p := s.projects[d.Project]
	h := p.hooks[d.Hook]
	if h == nil {
		s.mu.Unlock()
		return
	}
	now := s.wall()
	header := o.headers(d, h, now, s.base)
	s.mu.Unlock()

	status, answer, err := o.post(d, header)
	took := s.wall().Sub(now)

	o.mu.Lock()
	d.Sent++
	d.Status, d.Answer, d.Err, d.Header, d.Duration = status, answer, "", header, took
	if err != nil {
		d.Err = err.Error()
	}
	o.mu.Unlock()
	if o.ctx.Err() == nil {
		_ = s.do(func() { s.countOutcome(p, h, err == nil && status >= 200 && status < 300) })
	}
}

func (o *outbox) headers(d *Delivery, h *hook, now time.Time, base string) http.Header {
	set := http.Header{}
	for k, v := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "GitLab/" + o.s.opts.Version, "X-Gitlab-Event": d.Event,
		"X-Gitlab-Instance": base, "X-Gitlab-Webhook-UUID": uuid.NewString(), "X-Gitlab-Event-UUID": d.EventUUID, "Idempotency-Key": d.Key,
	} {
		set.Set(k, v)
	}
	if h.Token != "" {
		set.Set("X-Gitlab-Token", h.Token)
	}
	if k, err := signingKey(h.Signing); err == nil {
		stamp := strconv.FormatInt(now.Unix(), 10)
		set.Set("webhook-id", d.Key)
		set.Set("webhook-timestamp", stamp)
		set.Set("webhook-signature", sign(k, d.Key, stamp, d.Body))
	}
	return set
}

// sign makes a Standard Webhooks signature.
func sign(k []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, k)
	fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (o *outbox) post(d *Delivery, header http.Header) (status int, answer string, err error) {
	req, err := http.NewRequestWithContext(o.ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return 0, "", err
	}
	req.Header = header
	resp, err := o.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close() // nothing was written
	b, err := io.ReadAll(io.LimitReader(resp.Body, 8192))
	return resp.StatusCode, string(b), err
}

// countOutcome disables a hook that fails again and again.
func (s *Server) countOutcome(p *project, h *hook, good bool) {
	if good {
		if h.Failures == 0 {
			return
		}
		h.Failures, h.Backoffs, h.DisabledUntil = 0, 0, nil
	} else {
		h.Failures++
		if h.Failures >= backOffAfter {
			until := s.now().Add(min(time.Minute<<min(h.Backoffs, 12), 24*time.Hour))
			h.DisabledUntil = &until
			h.Backoffs++
		}
	}
	s.saveHook(p, h)
}

// Deliveries gives the webhooks so far, in the order of their events.
func (s *Server) Deliveries() []Delivery {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	out := make([]Delivery, 0, len(s.out.log))
	for _, d := range s.out.log {
		out = append(out, *d)
	}
	return out
}

func (o *outbox) logOf(hook int) []Delivery {
	var out []Delivery
	for _, d := range o.s.Deliveries() {
		if d.Hook == hook && d.Sent > 0 {
			out = append(out, d)
		}
	}
	slices.Reverse(out)
	return out
}

// WaitIdle waits until no webhook is waiting to be sent or being sent. Those
// that are held back do not count.
func (s *Server) WaitIdle(ctx context.Context) error {
	o := s.out
	for {
		o.mu.Lock()
		if o.pending == 0 {
			o.mu.Unlock()
			return nil
		}
		if o.idle == nil {
			o.idle = make(chan struct{})
		}
		idle := o.idle
		o.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return fmt.Errorf("waiting for webhooks: %w", ctx.Err())
		case <-o.ctx.Done():
			return nil
		}
	}
}

// SetWebhookCopies decides how often each event is sent: 0 drops it, 2 sends
// it twice with the same Idempotency-Key. Nil sends each once.
func (s *Server) SetWebhookCopies(f func(Delivery) int) {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	s.out.copies = f
}

// HoldWebhooks keeps events back from now on.
func (s *Server) HoldWebhooks() {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	s.out.holding = true
}

// ReleaseWebhooks sends what was kept back and ends the holding. The function
// may reorder, repeat or leave out; nil keeps the order.
func (s *Server) ReleaseWebhooks(arrange func([]Delivery) []Delivery) {
	o := s.out
	o.mu.Lock()
	defer o.mu.Unlock()
	byID := map[int]*Delivery{}
	var list []Delivery
	for _, d := range o.held {
		byID[d.ID] = d
		d.Dropped = true
		list = append(list, *d)
	}
	o.held, o.holding = nil, false
	if arrange != nil {
		list = arrange(list)
	}
	for _, d := range list {
		if known := byID[d.ID]; known != nil {
			known.Dropped = false
			o.enqueue(known)
		}
	}
}

func showDelivery(d Delivery) any {
	header := map[string]string{}
	for k := range d.Header {
		header[k] = d.Header.Get(k)
		if strings.EqualFold(k, "X-Gitlab-Token") {
			header[k] = "[REDACTED]"
		}
	}
	status := strconv.Itoa(d.Status)
	if d.Status == 0 {
		status = "internal error"
	}
	return map[string]any{
		"id": d.ID, "url": d.URL, "trigger": strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(d.Event, " Hook"), " ", "_")) + "_hooks",
		"request_headers": header, "request_data": json.RawMessage(d.Body), "response_headers": map[string]any{},
		"response_body": d.Answer, "execution_duration": d.Duration.Seconds(), "response_status": status,
	}
}
