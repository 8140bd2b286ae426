// Package demo fills a gitlabtest.Server with what the demonstration shows:
// three Grove clusters, some forty instances that look like real ones, and
// more than a year of commits and pipelines that ended well and badly.
//
// The history is made by the same engine that runs pipelines later, so it is
// consistent; every name, host and secret is invented.
package demo
