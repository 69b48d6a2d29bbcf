

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0005_flood_powers'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeploymentNote',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, primary_key=True, serialize=False)),
                ('salt', models.CharField(blank=True, max_length=32)),
                ('erased_at', models.DateTimeField(null=True)),
                ('stream', models.UUIDField(db_index=True)),
                ('text', models.TextField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Hospital',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zh', models.CharField(max_length=120)),
                ('en', models.CharField(blank=True, max_length=200)),
                ('lat', models.FloatField()),
                ('lon', models.FloatField()),
                ('beds', models.JSONField()),
                ('told_at', models.DateTimeField()),
                ('source', models.CharField(max_length=300)),
                ('invented', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('uid', models.UUIDField(default=uuid_utils.compat.uuid7, primary_key=True, serialize=False)),
                ('timeline', models.CharField(max_length=40)),
                ('stage', models.CharField(choices=[('open', 'waits for a decision'), ('accepted', 'accepted')], max_length=8)),
                ('post_id', models.BigIntegerField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('content', models.JSONField()),
                ('accepted_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Need',
            fields=[
                ('uid', models.UUIDField(primary_key=True, serialize=False)),
                ('timeline', models.CharField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('stage', models.CharField(choices=[('open', 'open'), ('met', 'met'), ('withdrawn', 'withdrawn')], max_length=9)),
                ('urgency', models.CharField(choices=[('life', 'people in danger'), ('serious', 'serious'), ('usual', 'usual')], max_length=8)),
                ('wanted_at', models.DateTimeField()),
                ('minutes', models.PositiveIntegerField()),
                ('m3h', models.PositiveIntegerField()),
                ('skills', models.JSONField()),
                ('entered_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.body')),
            ],
        ),
        migrations.CreateModel(
            name='NeedWords',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, primary_key=True, serialize=False)),
                ('salt', models.CharField(blank=True, max_length=32)),
                ('erased_at', models.DateTimeField(null=True)),
                ('what', models.CharField(max_length=300)),
                ('where', models.CharField(blank=True, max_length=300)),
                ('lat', models.FloatField()),
                ('lon', models.FloatField()),
                ('need', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='forces.need')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Point',
            fields=[
                ('uid', models.UUIDField(default=uuid_utils.compat.uuid7, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('motorway', 'motorway exit'), ('site', 'building site'), ('health', 'public-health service area'), ('community', 'community'), ('underpass', 'underpass'), ('work', 'entrance of works')], max_length=10)),
                ('zh', models.CharField(max_length=120)),
                ('en', models.CharField(blank=True, max_length=200)),
                ('lat', models.FloatField()),
                ('lon', models.FloatField()),
                ('heads_day', models.PositiveIntegerField()),
                ('heads_night', models.PositiveIntegerField()),
                ('skills', models.JSONField(default=list)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('source', models.CharField(max_length=300)),
                ('invented', models.BooleanField()),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.body')),
            ],
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('uid', models.UUIDField(primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('young', "young members' team"), ('cadres', "cadres' team"), ('drainage', 'drainage team'), ('rescue', 'rescue team'), ('medical', 'medical team'), ('repair', 'repair team'), ('store', 'store of gear')], max_length=10)),
                ('heads', models.PositiveIntegerField()),
                ('skills', models.JSONField()),
                ('gear', models.JSONField()),
                ('invented', models.BooleanField()),
                ('words_id', models.UUIDField()),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.body')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.post')),
            ],
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('part', models.CharField(choices=[('day', 'day'), ('night', 'night')], max_length=5)),
                ('heads', models.PositiveIntegerField()),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='shifts', to='forces.team')),
            ],
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(max_length=60)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('added_at', models.DateTimeField()),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='forces.team')),
            ],
        ),
        migrations.CreateModel(
            name='Deployment',
            fields=[
                ('uid', models.UUIDField(primary_key=True, serialize=False)),
                ('timeline', models.CharField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('stage', models.CharField(choices=[('called', 'called up'), ('there', 'on post'), ('over', 'over')], max_length=6)),
                ('proposal', models.UUIDField(null=True)),
                ('duty', models.UUIDField(null=True)),
                ('heads', models.PositiveIntegerField()),
                ('gear', models.JSONField()),
                ('called_at', models.DateTimeField()),
                ('expected_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField(null=True)),
                ('how', models.CharField(blank=True, max_length=4)),
                ('metres', models.PositiveIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=12)),
                ('days', models.PositiveIntegerField()),
                ('need', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deployments', to='forces.need')),
                ('point', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deployments', to='forces.point')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deployments', to='forces.team')),
            ],
        ),
        migrations.CreateModel(
            name='TeamWords',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, primary_key=True, serialize=False)),
                ('salt', models.CharField(blank=True, max_length=32)),
                ('erased_at', models.DateTimeField(null=True)),
                ('zh', models.CharField(max_length=120)),
                ('en', models.CharField(blank=True, max_length=200)),
                ('home', models.CharField(max_length=200)),
                ('lat', models.FloatField()),
                ('lon', models.FloatField()),
                ('source', models.CharField(max_length=300)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='forces.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='need',
            index=models.Index(fields=['timeline', 'stage'], name='forces_need_open'),
        ),
        migrations.AddConstraint(
            model_name='point',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='forces_point_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='shift',
            constraint=models.UniqueConstraint(fields=('team', 'day', 'part'), name='forces_shift_once'),
        ),
        migrations.AddConstraint(
            model_name='deployment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('timeline', 'team'), name='forces_team_sent_once'),
        ),
        migrations.AddConstraint(
            model_name='deployment',
            constraint=models.CheckConstraint(condition=models.Q(('need__isnull', True), ('point__isnull', True), _connector='OR'), name='forces_deployment_one_aim'),
        ),
    ]
