// Package gitlab speaks to GitLab's API through go-gitlab, which no other
// package imports.
//
// Client is a server seen with one token; Project is one project of it, with
// what reconciling and operating need. Opener makes a Project from what the
// fleet's store keeps. ParseEvent reduces what GitLab sends to a webhook.
//
// Errors are faults. Their message says what to do about it and never holds a
// token.
package gitlab
