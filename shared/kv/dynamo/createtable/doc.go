// Command createtable makes the DynamoDB table that Ocim keeps its data in.
// It changes nothing if the table exists.
//
//	go run ./kv/dynamo/createtable -table ocim -region eu-west-1
//	go run ./kv/dynamo/createtable -table ocim -endpoint http://127.0.0.1:8000
//
// Credentials come from where AWS's own tools take them. They need
// dynamodb:CreateTable, DescribeTable and UpdateTimeToLive on the table; the functions
// need only GetItem, BatchGetItem, PutItem, UpdateItem, DeleteItem and Query.
package main
