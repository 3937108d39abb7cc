"""Exact simulation of networks too wide to hold."""
