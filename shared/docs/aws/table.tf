# The table that Ocim keeps its records in, and the policy that its functions need:
#
#   terraform -chdir=shared/docs/aws init
#   terraform -chdir=shared/docs/aws apply -var region=eu-west-1

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "region" {
  type = string
}

variable "table" {
  type    = string
  default = "ocim"
}

provider "aws" {
  region = var.region
}

resource "aws_dynamodb_table" "ocim" {
  name                        = var.table
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = true

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_policy" "functions" {
  name        = "${var.table}-functions"
  description = "What Ocim's functions do with their table."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "OcimTable"
      Effect = "Allow"
      Action = [
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
      ]
      Resource = aws_dynamodb_table.ocim.arn
    }]
  })
}

output "policy_arn" {
  value = aws_iam_policy.functions.arn
}
