package function

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/secret"
)

func (f *clusters) routeNotifications(api *faas.API) {
	const path = "/v1/notifications"
	seen := faas.NeedSomewhere(identity.Viewer)
	faas.Register(api, seen, huma.Operation{
		OperationID: "list-notifications", Method: http.MethodGet, Path: path,
		Summary: "List one's own notification subscriptions",
	}, f.listNotifications)
	faas.Register(api, seen, huma.Operation{
		OperationID: "add-notification", Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated,
		Summary: "Subscribe to failing, degraded or recovered instances",
	}, f.addNotification)
	faas.Register(api, seen, huma.Operation{
		OperationID: "list-deliveries", Method: http.MethodGet, Path: path + "/deliveries",
		Metadata: map[string]any{faas.Polled: faas.Poll{Scope: func(r *http.Request) string { return notify.Scope(faas.PrincipalFrom(r.Context()).UserID) }}},
		Summary:  "List sent and pending notifications, newest first",
	}, f.listDeliveries)
	faas.Register(api, seen, huma.Operation{
		OperationID: "replace-notification", Method: http.MethodPut, Path: path + "/{subscription}",
		Summary: "Replace a subscription; without an address its webhook keeps the former one",
	}, f.replaceNotification)
	faas.Register(api, seen, huma.Operation{
		OperationID: "remove-notification", Method: http.MethodDelete, Path: path + "/{subscription}", DefaultStatus: http.StatusNoContent,
		Summary: "Remove a subscription",
	}, f.removeNotification)
}

type listNotificationsOutput struct {
	Body struct {
		Subscriptions []notify.Subscription `json:"subscriptions" nullable:"false"`
		Email         string                `json:"email" doc:"Where one's own mail goes"`
	}
}

func (f *clusters) listNotifications(ctx context.Context, _ *struct{}) (*listNotificationsOutput, error) {
	who := faas.PrincipalFrom(ctx)
	list, err := f.Notify.Subscriptions(ctx, who.UserID)
	if err != nil {
		return nil, err
	}
	out := new(listNotificationsOutput)
	out.Body.Subscriptions, out.Body.Email = list, who.Email
	return out, nil
}

// notification is what a person says of a subscription.
type notification struct {
	Name    string         `json:"name" minLength:"1" maxLength:"80"`
	Channel notify.Channel `json:"channel" enum:"email,webhook" doc:"A webhook needs the role operator on a cluster"`
	URL     secret.Value   `json:"url,omitempty" doc:"Address of the webhook; never given out again"`
	View    string         `json:"view,omitempty" maxLength:"60" doc:"Saved view whose instances it is about; its filters on health, pipelines and drift do not count. Absent is all that one sees"`
	Events  []notify.Event `json:"events" minItems:"1" maxItems:"6" enum:"failed,degraded,recovered,offline,site,pipeline" nullable:"false"`
	Paused  bool           `json:"paused,omitempty"`
}

func (n notification) request(who identity.Principal) (notify.SubscriptionRequest, error) {
	if n.Channel == notify.Webhook && !operates(who) {
		return notify.SubscriptionRequest{}, fault.InvalidField("channel", "needs the role operator on a cluster").WithKind(fault.Forbidden)
	}
	return notify.SubscriptionRequest{Name: n.Name, Channel: n.Channel, URL: n.URL, View: n.View, Events: n.Events, Paused: n.Paused}, nil
}

type addNotificationInput struct {
	Body notification
}

type notificationOutput struct {
	Body notify.Subscription
}

func (f *clusters) addNotification(ctx context.Context, in *addNotificationInput) (*notificationOutput, error) {
	who := faas.PrincipalFrom(ctx)
	req, err := in.Body.request(who)
	if err != nil {
		return nil, err
	}
	s, err := f.Notify.Subscribe(ctx, who.UserID, req)
	if err != nil {
		return nil, err
	}
	return &notificationOutput{Body: s}, nil
}

type replaceNotificationInput struct {
	Subscription string `path:"subscription" maxLength:"60"`
	Body         notification
}

func (f *clusters) replaceNotification(ctx context.Context, in *replaceNotificationInput) (*notificationOutput, error) {
	who := faas.PrincipalFrom(ctx)
	req, err := in.Body.request(who)
	if err != nil {
		return nil, err
	}
	s, err := f.Notify.Change(ctx, who.UserID, in.Subscription, req)
	if err != nil {
		return nil, err
	}
	return &notificationOutput{Body: s}, nil
}

type removeNotificationInput struct {
	Subscription string `path:"subscription" maxLength:"60"`
}

func (f *clusters) removeNotification(ctx context.Context, in *removeNotificationInput) (*struct{}, error) {
	return nil, f.Notify.Unsubscribe(ctx, faas.PrincipalFrom(ctx).UserID, in.Subscription)
}

type listDeliveriesInput struct {
	After string `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type listDeliveriesOutput struct {
	Body struct {
		Deliveries []notify.Delivery `json:"deliveries" nullable:"false"`
		Next       string            `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
	}
}

func (f *clusters) listDeliveries(ctx context.Context, in *listDeliveriesInput) (*listDeliveriesOutput, error) {
	list, next, err := f.Notify.Deliveries(ctx, faas.PrincipalFrom(ctx).UserID, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := new(listDeliveriesOutput)
	out.Body.Deliveries, out.Body.Next = list, next
	return out, nil
}
