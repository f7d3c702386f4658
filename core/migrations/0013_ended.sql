-- What has ended is found by kind and time (`tasks_ended`), also to be pruned: an index by time alone
-- would be written at each end for that once an hour.
DROP INDEX tasks_finished;
